import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prefixRange } from "../../../../../migration/copy/store/key-range.ts";
import { summarizeState } from "../../../../../migration/plan/read/state/summarize-state.ts";
import { MemoryStore } from "../../../copy/memory-store.ts";
import { smallState } from "../../scene/fake-plan-environment.ts";

const range = prefixRange("/trident/");

describe("the summary of the state", () => {
  it("counts keys by kind and their bytes, and finds the version of the store", async () => {
    const source = new MemoryStore("source", "1", { ...smallState, "/other": "x" });
    const summary = await summarizeState({ source, range });
    assert.deepEqual(summary.counts, {
      backends: 1,
      volumes: 2,
      storageClasses: 1,
      nodes: 0,
      transactions: 0,
      other: 1,
    });
    assert.equal(summary.keys, 5);
    assert.equal(summary.storeVersion, "etcdv3");
    assert.equal(summary.revision, (await source.status()).revision);
    const bytes = Object.entries(smallState).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
    assert.equal(summary.bytes, bytes);
    assert.equal(summary.destination, undefined);
  });

  it("names open transactions and keys with leases", async () => {
    const source = new MemoryStore("source", "1", { ...smallState, "/trident/v1/txn/c": "{}" });
    const read = source.range.bind(source);
    source.range = async (request) => {
      const page = await read(request);
      const entries = page.entries.map((entry) => ({ ...entry, lease: entry.key.toString().endsWith("/a") ? 7n : 0n }));
      return { ...page, entries };
    };
    const { transactions, leased } = await summarizeState({ source, range });
    assert.deepEqual(transactions, { count: 1, first: ["/trident/v1/txn/c"] });
    assert.deepEqual(leased, { count: 1, first: ["/trident/v1/volume/a"] });
  });

  it("tells keys of an earlier copy from foreign ones", async () => {
    const source = new MemoryStore("source", "1", smallState);
    const destination = new MemoryStore("destination", "2", {
      "/trident/store": smallState["/trident/store"],
      "/trident/v1/volume/a": "another value",
      "/trident/v1/volume/z": "{}",
      "/elsewhere": "x",
    });
    const summary = await summarizeState({ source, destination, range });
    assert.deepEqual(summary.destination, {
      keys: 3,
      equal: 1,
      equalBytes: "/trident/store".length + smallState["/trident/store"].length,
      stale: 0,
      foreign: { count: 2, first: ["/trident/v1/volume/a", "/trident/v1/volume/z"] },
    });
  });

  it("tells keys that an earlier run left from anybody else's", async () => {
    const source = new MemoryStore("source", "1", smallState);
    const destination = new MemoryStore("destination", "2", {
      "/trident/v1/volume/a": "an older value",
      "/trident/v1/volume/b": smallState["/trident/v1/volume/b"],
      "/trident/v1/volume/z": "{}",
    });
    const earlier = { isAsLeft: ({ key }: { key: Buffer }) => !key.toString().endsWith("z") };
    const summary = await summarizeState({ source, destination, range, earlier });
    assert.deepEqual(summary.destination, {
      keys: 3,
      equal: 1,
      equalBytes: "/trident/v1/volume/b".length + smallState["/trident/v1/volume/b"].length,
      stale: 1,
      foreign: { count: 1, first: ["/trident/v1/volume/z"] },
    });
  });

  it("reads each side once", async () => {
    const source = new MemoryStore("source", "1", smallState);
    const destination = new MemoryStore("destination", "2", smallState);
    const pages = [source, destination].map((store) => countReads(store));
    await summarizeState({ source, destination, range });
    assert.deepEqual(
      pages.map(({ reads }) => reads),
      [1, 1],
    );
  });

  it("goes by keys alone when values take too long, and says nothing of bytes then", async () => {
    const source = new MemoryStore("source", "1", smallState);
    const destination = new MemoryStore("destination", "2", { "/trident/v1/volume/a": "another value" });
    const summary = await summarizeState({ source, destination, range, valuesForMilliseconds: -1 });
    assert.equal(summary.keys, 5);
    assert.equal(summary.bytes, undefined);
    assert.equal(summary.destination?.equalBytes, undefined);
    assert.equal(summary.storeVersion, undefined);
  });

  it("takes from the store's key only what looks like a version", async () => {
    for (const value of ["not JSON", '{"store_version":7}', '{"store_version":"a password with spaces"}', "null"]) {
      const source = new MemoryStore("source", "1", { "/trident/store": value });
      assert.equal((await summarizeState({ source, range })).storeVersion, undefined);
    }
  });
});

function countReads(store: MemoryStore): { reads: number } {
  const counted = { reads: 0 };
  const read = store.range.bind(store);
  store.range = (request) => {
    if (request.countOnly !== true) counted.reads += 1;
    return read(request);
  };
  return counted;
}
