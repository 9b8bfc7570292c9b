import { counted } from "../../wording/counted.ts";
import { prefixRange } from "../../copy/store/key-range.ts";
import type { KeyRange, KeyValueStore } from "../../copy/store/key-value-store.ts";
import { withRetries } from "../../copy/store/retry.ts";

/** How many entries each of Trident's lists has. */
export interface ListLengths {
  readonly backends: number;
  readonly volumes: number;
  readonly storageClasses: number;
}

/** How long Trident's lists are to be, from what was verified: its keys are `/trident/v1/<kind>/<name>`. Reads no key. */
export async function expectedLists(copied: {
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly revision: bigint;
}): Promise<ListLengths> {
  const { destination, range, revision } = copied;
  const count = async (kind: string): Promise<number> => {
    const prefix = Buffer.concat([range.from, Buffer.from(`v1/${kind}/`)]);
    const request = { ...prefixRange(prefix), revision, countOnly: true };
    return (await withRetries(() => destination.range(request), {})).count;
  };
  const [backends, volumes, storageClasses] = await Promise.all([
    count("backend"),
    count("volume"),
    count("storageclass"),
  ]);
  return { backends, volumes, storageClasses };
}

/** Whether nothing is missing. More is no fault: a Trident that serves is being used. */
export function hasAll(found: ListLengths, expected: ListLengths): boolean {
  return (
    found.backends >= expected.backends &&
    found.volumes >= expected.volumes &&
    found.storageClasses >= expected.storageClasses
  );
}

export function describeLengths({ backends, volumes, storageClasses }: ListLengths): string {
  return [
    counted(backends, "backend"),
    counted(volumes, "volume"),
    counted(storageClasses, "storage class", "storage classes"),
  ].join(", ");
}
