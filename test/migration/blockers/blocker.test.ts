import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BlockedError, isBlockedBy, type Blocker } from "../../../migration/blockers/blocker.ts";

const blocker: Blocker = { kind: "noRoom", object: "the new etcd", message: "It is full.", remedy: "Make room." };

describe("what a run is stopped by", () => {
  it("says what is wrong and what to do about it, and keeps both apart", () => {
    const error = new BlockedError(blocker);
    assert.equal(error.name, "BlockedError");
    assert.equal(error.message, "It is full. Make room.");
    assert.equal(error.blocker, blocker);
  });

  it("is told by its kind from other blockers, and from other errors", () => {
    assert.equal(isBlockedBy(new BlockedError(blocker), "noRoom"), true);
    assert.equal(isBlockedBy(new BlockedError(blocker), "foreignKeys"), false);
    assert.equal(isBlockedBy(Object.assign(new Error("It is full."), { blocker }), "noRoom"), false);
  });
});
