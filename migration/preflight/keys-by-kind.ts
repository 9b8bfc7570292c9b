import type { KeyRange, KeyValueStore } from "../copy/key-value-store.ts";
import { readPages } from "../copy/read-pages.ts";

/** Counts the range's keys by kind, such as `{ backend: 2, volume: 3000, store: 1 }`. Reads keys, never a value. */
export async function countKeysByKind(
  store: KeyValueStore,
  range: KeyRange,
  revision: bigint,
): Promise<Record<string, number>> {
  const counts = new Map<string, number>();
  for await (const page of readPages({ store, name: "source", range, revision, keysOnly: true })) {
    for (const { key } of page.entries) {
      const kind = kindOf(key, range.from);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Trident's keys are `/trident/v1/<kind>/<name>`, and `/trident/store`. Anything else counts as `other`. */
function kindOf(key: Buffer, prefix: Buffer): string {
  const segments = key.subarray(prefix.length).toString("utf8").split("/");
  const [first, second] = segments;
  if (first !== undefined && /^v\d+$/.test(first)) return knownKinds.has(second ?? "") ? (second ?? "") : "other";
  return segments.length === 1 && first === "store" ? "store" : "other";
}

const knownKinds = new Set(["backend", "volume", "storageclass", "txn", "node", "snapshot"]);
