import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prefixRange } from "../../../migration/copy/key-range.ts";
import { countKeysByKind } from "../../../migration/preflight/keys-by-kind.ts";
import { MemoryStore } from "../memory-store.ts";

describe("the counts of keys by kind", () => {
  const range = prefixRange("/trident/");

  it("are Trident's kinds, the store's version, and the rest", async () => {
    const store = new MemoryStore("source", "1", {
      "/trident/store": "{}",
      "/trident/v1/backend/nas": "{}",
      "/trident/v1/volume/a": "{}",
      "/trident/v1/volume/b/with/slashes": "{}",
      "/trident/v1/txn/c": "{}",
      "/trident/v1/__proto__/x": "{}",
      "/trident/unknown": "{}",
      "/other": "{}",
    });
    const { revision } = await store.status();
    assert.deepEqual(await countKeysByKind(store, range, revision), {
      backend: 1,
      other: 2,
      store: 1,
      txn: 1,
      volume: 2,
    });
  });

  it("never ask for a value", async () => {
    const store = new MemoryStore("source", "1", { "/trident/store": "{}" });
    const asked: (boolean | undefined)[] = [];
    const read = store.range.bind(store);
    store.range = (request) => {
      asked.push(request.keysOnly);
      return read(request);
    };
    const { revision } = await store.status();
    await countKeysByKind(store, range, revision);
    assert.ok(asked.length > 0 && asked.every((keysOnly) => keysOnly === true));
  });
});
