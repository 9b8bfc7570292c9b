import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyState } from "../../../migration/copy/copy-state.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import type { KeyValue, KeyValueStore, StoredKeyValue } from "../../../migration/copy/store/key-value-store.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { altered } from "../../migration/copy/copy-scene.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let pair: SidePair;
before(async () => {
  pair = await startPair();
});
after(() => pair.stop());

test("row 26: keys that are no UTF-8, hold NUL, or are named __proto__ are copied byte by byte", async () => {
  const names = ["__proto__", "constructor", "hasOwnProperty", "\0", "a\0", "a\0\0b", "\n", "ä€𝄞"];
  const bytes = [Buffer.of(0x80), Buffer.of(0xc3, 0x28), Buffer.of(0xff), Buffer.of(0xff, 0xff, 0x00)];
  const entries = [...names.map((name) => keyOf(name)), ...bytes.map((name) => keyOf(name))].map((key, index) => ({
    key,
    value: Buffer.of(0, 0xff, index, 0xfe, 0x80),
  }));
  const state = await KnownState.begin(pair, entries);
  await state.expectTrue(await state.copy());
});

test("row 27: an empty value and the key that equals the prefix are copied", async () => {
  const entries = [
    { key: keyOf(""), value: Buffer.from("the prefix itself") },
    { key: keyOf("empty"), value: Buffer.alloc(0) },
  ];
  const state = await KnownState.begin(pair, entries);
  const copied = await state.copy();
  await state.expectTrue(copied);
  assert.equal(copied.keys, 2);
});

test("row 28: a prefix that ends in 0xFF is copied with nothing beside it", async () => {
  const prefix = Buffer.of(0x78, 0xff);
  const entries: KeyValue[] = [
    ...[Buffer.of(0x78, 0xff), Buffer.of(0x78, 0xff, 0xff, 0xff), Buffer.of(0x78, 0xff, 0)],
    ...[Buffer.of(0x78, 0xfe, 0xff), Buffer.of(0x79), Buffer.of(0x78)],
  ].map((key) => ({ key, value: Buffer.from(key.toString("hex")) }));
  const state = await KnownState.begin(pair, entries, prefix);
  const copied = await state.copy();
  await state.expectTrue(copied);
  assert.equal(copied.keys, 3);
});

test("row 28: a prefix of nothing but 0xFF reaches to the end of the store", async () => {
  const prefix = Buffer.of(0xff, 0xff);
  const keys = [Buffer.of(0xff, 0xff), Buffer.of(0xff, 0xff, 0xff), Buffer.of(0xff, 0xfe), Buffer.of(0xff)];
  const state = await KnownState.begin(
    pair,
    keys.map((key) => ({ key, value: Buffer.from("v") })),
    prefix,
  );
  const copied = await state.copy();
  await state.expectTrue(copied);
  assert.equal(copied.keys, 2);
});

test("row 28: an empty prefix is not taken for every key by accident", () => {
  assert.throws(() => prefixRange(""), /prefix is empty/);
});

test("row 29: zero keys are refused, and copied when that is allowed", async () => {
  const state = await KnownState.begin(pair, []);
  assert.match((await failureOf(state.copy())).story, /no key under \/state\//);
  const copied = await state.copy({ allowEmptySource: true });
  assert.equal(copied.keys, 0);
  await state.expectTrue(copied);
});

test("row 30: keys with leases are refused with their count, and copied without when told so", async () => {
  const state = await KnownState.begin(pair, numbered(20));
  const { cluster } = pair.source;
  const lease = /lease ([0-9a-f]+) granted/.exec(await cluster.etcdctl("lease", "grant", "600"))?.[1] ?? "";
  for (const name of ["leased-a", "leased-b"]) {
    await cluster.etcdctl("put", `/state/${name}`, "held", `--lease=${lease}`);
    state.sourceRecord.add(await pair.source.gateway.revision(), keyOf(name), Buffer.from("held"));
  }
  const before = await pair.destination.gateway.revision();

  const error = await failureOf(state.copy());

  assert.match(error.story, /\b2 of the source's keys have a lease/);
  assert.equal(await pair.destination.gateway.revision(), before);
  const copied = await state.copy({ leases: "copy-without" });
  await state.expectTrue(copied);
  const now = await state.destinationNow();
  assert.equal(now.keys.get("/state/leased-a")?.lease, 0n);
});

test("row 36: revisions above 2^53 stay exact", async () => {
  const state = await KnownState.begin(pair, numbered(3_000));
  // An odd number that a double cannot hold: whoever rounds asks for a revision that is not there.
  const offset = 2n ** 53n + 1n;
  await state.markStart();
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];
  try {
    const copied = await copyState({
      source: shifted(source, offset),
      destination: shifted(destination, offset),
      range: prefixRange(state.prefix),
    });
    assert(copied.sourceRevision > offset && copied.destinationRevision > offset);
    await state.expectTrue({
      ...copied,
      sourceRevision: copied.sourceRevision - offset,
      destinationRevision: copied.destinationRevision - offset,
    });
  } finally {
    source.close();
    destination.close();
  }
});

/**
 * The same etcd as it would answer had it been written to so many times before. A real one cannot be brought there:
 * `snapshot restore --bump-revision` came with etcd 3.6, and writing that often would take millennia.
 */
function shifted(store: KeyValueStore, offset: bigint): KeyValueStore {
  const shift = ({ key, value, lease, createRevision, modRevision }: StoredKeyValue): StoredKeyValue => ({
    ...{ key, value, lease },
    createRevision: createRevision + offset,
    modRevision: modRevision + offset,
  });
  return altered(store, {
    async status() {
      const status = await store.status();
      return { ...status, revision: status.revision + offset };
    },
    async range(request) {
      const { revision, ...others } = request;
      const page = await store.range(revision === undefined ? others : { ...others, revision: revision - offset });
      return { ...page, revision: page.revision + offset, entries: page.entries.map(shift) };
    },
    async createAll(entries) {
      const outcome = await store.createAll(entries);
      return outcome.created
        ? { ...outcome, revision: outcome.revision + offset }
        : { ...outcome, existing: outcome.existing.map(shift) };
    },
  });
}
