import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScratchKeyError, tryScratchKey } from "../../../migration/connect/scratch-key.ts";
import { MemoryStore } from "../copy/memory-store.ts";

const state = { "/trident/v1/volume/a": "{}" };

describe("an etcd that is tried", () => {
  it("has had a key outside of the application's, and is as it was before", async () => {
    const store = new MemoryStore("the etcd", "1", state);
    const { key, revision } = await tryScratchKey(store);
    assert.match(key, /^\/trident-etcd-check\/[0-9a-f-]{36}$/);
    assert.equal(revision, 3n);
    assert.deepEqual(store.entries(), state);
    assert.notEqual((await tryScratchKey(store)).key, key);
  });

  it("that answers with something else is no etcd to rely on, and has lost its key all the same", async () => {
    const store = new MemoryStore("the etcd", "1");
    const range = store.range.bind(store);
    store.range = async (request) => {
      const page = await range(request);
      return { ...page, entries: page.entries.map((entry) => ({ ...entry, value: Buffer.from("else") })) };
    };
    await assert.rejects(tryScratchKey(store), (error) => {
      return error instanceof ScratchKeyError && error.message.endsWith("was put, and not read back as it was put");
    });
    assert.deepEqual(store.entries(), {});
  });

  it("that keeps what was deleted is none either", async () => {
    const store = new MemoryStore("the etcd", "1");
    store.deleteUnchanged = () => Promise.resolve(0);
    await assert.rejects(tryScratchKey(store), /was deleted, and is still there$/);
  });

  it("that fails while it is read is rid of the key before that is said", async () => {
    const store = new MemoryStore("the etcd", "1");
    store.range = () => Promise.reject(new Error("no quorum"));
    await assert.rejects(tryScratchKey(store), /no quorum/);
    assert.deepEqual(store.entries(), {});
  });
});
