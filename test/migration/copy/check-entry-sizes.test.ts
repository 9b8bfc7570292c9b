import assert from "node:assert/strict";
import { test } from "node:test";
import { findTooLargeEntries, LargestEntries, probe } from "../../../migration/copy/check-entry-sizes.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { KeyValue } from "../../../migration/copy/store/key-value-store.ts";
import { creationBytes } from "../../../migration/copy/write/request-bytes.ts";
import { encodeCreateTransaction, encodeDeleteTransaction } from "../../../migration/etcd/messages/key-messages.ts";
import { startEtcd } from "../../etcd-process.ts";
import { altered } from "./copy-scene.ts";

const range = { ...prefixRange("/sizes/"), key: (name: string) => Buffer.from(`/sizes/${name}`) };
const DEFAULT_LIMIT = 1.5 * 1024 * 1024;

test("the size of an entry's transaction is known to the byte, and a probe of that size can be made", () => {
  for (const [keyBytes, valueBytes] of [
    [20, 16_500],
    [33, 199_999],
    [200, 200_000],
    [20_000, 1],
    [400_000, 600_000],
    [30, DEFAULT_LIMIT - 77],
    [31, 3_000_001],
  ] as const) {
    const entry = { key: Buffer.alloc(keyBytes, "k"), value: Buffer.alloc(valueBytes) };
    const bytes = encodeCreateTransaction([entry]).length;
    assert.equal(creationBytes(keyBytes, valueBytes), bytes);
    const probed = encodeDeleteTransaction([probe(range.from, bytes)]).length;
    assert(probed <= bytes && probed > bytes - 8, `${probed} bytes for ${bytes}`);
  }
});

test("at etcd's default limit a probe is refused exactly when the transaction would be, and nothing is written", async () => {
  const etcd = await startEtcd();
  try {
    const before = (await etcd.store.status()).revision;
    const verdicts = [];
    for (let bytes = DEFAULT_LIMIT - 40; bytes <= DEFAULT_LIMIT + 8; bytes += 1) {
      const entry = entryOf("at-the-limit", bytes);
      const found = await findTooLargeEntries(largestOf([entry]), { destination: etcd.store, range });
      verdicts.push({ bytes, refused: found !== undefined });
    }
    assert.equal((await etcd.store.status()).revision, before);
    const smallestRefused = verdicts.find(({ refused }) => refused)?.bytes ?? 0;
    assert(verdicts.every(({ bytes, refused }) => refused === bytes >= smallestRefused));
    await assert.rejects(etcd.store.createAll([entryOf("at-the-limit", smallestRefused)]), /--max-request-bytes/);
    const largestTaken = await etcd.store.createAll([entryOf("at-the-limit", smallestRefused - 1)]);
    assert.equal(largestTaken.created, true);
  } finally {
    await etcd.stop();
  }
});

test("names the refused entries only, the largest first, with the setting to change and its value", async () => {
  const etcd = await startEtcd({ extraArguments: ["--max-request-bytes=65536"] });
  try {
    const entries = [
      entryOf("fits", 65_000),
      { key: range.key("large"), value: Buffer.alloc(70_000, "secret") },
      { key: range.key("larger"), value: Buffer.alloc(900_000, "secret") },
      { key: range.key("small"), value: Buffer.alloc(10, "secret") },
    ];
    const found = await findTooLargeEntries(largestOf(entries), { destination: etcd.store, range });
    assert(found !== undefined);
    assert.deepEqual(found.keys, ["/sizes/larger", "/sizes/large"]);
    assert.match(found.message, /2 of .*larger \(a value of 900,000 bytes\), .*large \(a value of 70,000 bytes\)/);
    assert.doesNotMatch(found.message, /secret/);
    const wanted = Number(/--max-request-bytes=(\d+)/.exec(found.message)?.[1]);
    assert(wanted > 900_000 && wanted < 903_000);
  } finally {
    await etcd.stop();
  }
});

test("more refused entries than a message lists are said to be more, and are not all asked about", async () => {
  const etcd = await startEtcd({ extraArguments: ["--max-request-bytes=65536"] });
  try {
    let asked = 0;
    const destination = altered(etcd.store, {
      deleteUnchanged: (keys) => {
        asked += 1;
        return etcd.store.deleteUnchanged(keys);
      },
    });
    const entries = Array.from({ length: 50 }, (_, index) => entryOf(`large-${index}`, 70_000 + index));
    const found = await findTooLargeEntries(largestOf(entries), { destination, range });
    assert.match(found?.message ?? "", /^at least 10 of the source's keys are too large/);
    assert.equal(asked, 10);
  } finally {
    await etcd.stop();
  }
});

test("no destination is asked about small entries", async () => {
  const unreachable = altered({} as never, { deleteUnchanged: () => Promise.reject(new Error("was asked")) });
  const largest = largestOf([entryOf("small", 16_000), { key: range.key("empty"), value: Buffer.alloc(0) }]);
  assert.equal(await findTooLargeEntries(largest, { destination: unreachable, range }), undefined);
});

function largestOf(entries: readonly KeyValue[]): LargestEntries {
  const largest = new LargestEntries();
  for (const entry of entries) {
    largest.add(entry);
  }
  return largest;
}

/** Whose transaction has that many bytes. */
function entryOf(name: string, bytes: number): KeyValue {
  const key = range.key(name);
  for (let valueBytes = bytes - 3 * key.length; valueBytes > 0; valueBytes -= 1) {
    if (creationBytes(key.length, valueBytes) <= bytes) {
      return { key, value: Buffer.alloc(valueBytes, "v") };
    }
  }
  throw new RangeError(`no entry of ${bytes} bytes`);
}
