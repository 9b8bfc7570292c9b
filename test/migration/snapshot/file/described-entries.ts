import assert from "node:assert/strict";
import { everyKey } from "../../../../migration/copy/store/key-range.ts";
import type { KeyValueStore, StoredKeyValue } from "../../../../migration/copy/store/key-value-store.ts";
import { readPages } from "../../../../migration/copy/read/read-pages.ts";
import { Reader } from "../../../../migration/etcd/messages/wire-format.ts";

/** All there is to each entry, in hexadecimal: key, value, both revisions, lease, version. */
export async function describedEntries(store: KeyValueStore, revision: bigint): Promise<string[]> {
  const all: string[] = [];
  for await (const { entries } of readPages({ store, name: "store", range: everyKey, revision })) {
    for (const entry of entries) {
      const numbers = [entry.createRevision, entry.modRevision, entry.lease, versionOf(entry)].map(String).join(" ");
      all.push(`${entry.key.toString("hex")}=${entry.value.toString("hex")} ${numbers}`);
    }
  }
  return all;
}

/** Which the copy has no use for: the field behind the revisions, right before the value. */
function versionOf({ place }: StoredKeyValue): bigint {
  assert(place !== undefined);
  // The key is the message's first field, and has a length of two bytes at most.
  const keyLength = place.keyEnd - place.keyStart;
  const reader = new Reader(place.buffer, place.keyStart - (keyLength < 128 ? 2 : 3), place.buffer.length);
  let version = 0n;
  for (let field = reader.next(); field !== 0 && field < 5; field = reader.next()) {
    if (field === 4) {
      version = reader.bigint();
      break;
    }
    reader.skip();
  }
  return version;
}
