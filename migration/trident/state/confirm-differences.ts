import type { KeyRange, KeyValueStore } from "../../copy/store/key-value-store.ts";
import { withRetries } from "../../copy/store/retry.ts";
import { segmentByKind, type Found, type NamedThing, type StateFindings, type TridentNames } from "./check-state.ts";

type Differences = Pick<StateFindings, "unlisted" | "unstored">;

/**
 * Asks both sides once more about what differed, since Trident may have made or deleted it between the two questions. Answers with
 * what still differs; undefined when nothing does.
 *
 * @param ask answers with what Trident lists now; undefined when it does not answer.
 */
export async function confirmDifferences(
  found: Differences,
  source: KeyValueStore,
  range: KeyRange,
  ask: () => Promise<TridentNames | undefined>,
): Promise<Differences | undefined> {
  if (found.unlisted.count + found.unstored.count === 0) return undefined;
  const names = await ask();
  const differs = async ({ kind, name }: NamedThing): Promise<boolean> => {
    const isListed = names === undefined || names[kind].includes(name);
    return isListed !== (await isStored(source, range, { kind, name }));
  };
  const [unlisted, unstored] = await Promise.all([still(found.unlisted, differs), still(found.unstored, differs)]);
  return unlisted.count + unstored.count === 0 ? undefined : { unlisted, unstored };
}

async function still(
  found: Found<NamedThing>,
  differs: (thing: NamedThing) => Promise<boolean>,
): Promise<Found<NamedThing>> {
  const answers = await Promise.all(found.first.map(differs));
  const first = found.first.filter((_, index) => answers[index]);
  // Of those that were only counted, as many may differ as of those that were asked about.
  return { first, count: first.length === 0 ? 0 : found.count - (found.first.length - first.length) };
}

async function isStored(source: KeyValueStore, range: KeyRange, { kind, name }: NamedThing): Promise<boolean> {
  const key = Buffer.concat([range.from, Buffer.from(`v1/${segmentByKind[kind]}/${name}`)]);
  const one = { from: key, to: Buffer.concat([key, Buffer.from([0])]), countOnly: true };
  return (await withRetries(() => source.range(one), {})).count > 0;
}
