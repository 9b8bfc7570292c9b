import assert from "node:assert/strict";
import { it } from "node:test";
import { prefixRange } from "../../../migration/copy/key-range.ts";
import { discardWrites } from "../../../migration/readiness/discard-writes.ts";
import { MemoryStore } from "../memory-store.ts";

it("what was written after the verification is discarded, and nothing else", async () => {
  const copied = { "/trident/store": "{}", "/trident/v1/volume/a": "A", "/other": "o" };
  const destination = new MemoryStore("new", "2", copied);
  const { revision } = await destination.status();
  destination.put("/trident/store", "overwritten");
  destination.put("/trident/v1/volume/new", "N");
  destination.put("/elsewhere", "e");

  assert.equal(await discardWrites(destination, prefixRange("/trident/"), revision), 2);
  assert.deepEqual(destination.entries(), { "/trident/v1/volume/a": "A", "/other": "o", "/elsewhere": "e" });
});
