import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prefixRange } from "../../../../migration/copy/store/key-range.ts";
import { describeLengths, expectedLists, hasAll } from "../../../../migration/trident/rest/expected-lists.ts";
import { MemoryStore } from "../../copy/memory-store.ts";

const range = prefixRange("/trident/");

describe("how long Trident's lists are to be", () => {
  it("is counted by kind, and nothing else is counted", async () => {
    const destination = new MemoryStore("new", "2", {
      "/trident/store": "{}",
      "/trident/v1/backend/a": "",
      "/trident/v1/backendless": "",
      "/trident/v1/node/n": "",
      "/trident/v1/storageclass/gold": "",
      "/trident/v1/txn/t": "",
      "/trident/v1/volume/a": "",
      "/trident/v1/volume/b": "",
      "/tridents/v1/volume/c": "",
    });
    const { revision } = await destination.status();
    const expected = await expectedLists({ destination, range, revision });
    assert.deepEqual(expected, { backends: 1, volumes: 2, storageClasses: 1 });
  });

  it("is counted as it was verified, whatever the new Trident has written since", async () => {
    const destination = new MemoryStore("new", "2", { "/trident/v1/volume/a": "" });
    const { revision } = await destination.status();
    destination.put("/trident/v1/volume/b", "");
    assert.equal((await expectedLists({ destination, range, revision })).volumes, 1);
  });

  it("is reached by as many or more of each, and not by fewer of one", () => {
    const expected = { backends: 1, volumes: 2, storageClasses: 1 };
    assert.ok(hasAll(expected, expected));
    assert.ok(hasAll({ ...expected, volumes: 3 }, expected));
    assert.ok(!hasAll({ backends: 9, volumes: 1, storageClasses: 9 }, expected));
    assert.ok(!hasAll({ ...expected, backends: 0 }, expected));
    assert.ok(!hasAll({ ...expected, storageClasses: 0 }, expected));
  });

  it("is said in words", () => {
    const lengths = { backends: 1, volumes: 2000, storageClasses: 0 };
    assert.equal(describeLengths(lengths), "1 backend, 2,000 volumes, 0 storage classes");
  });
});
