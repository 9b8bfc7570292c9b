import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeRestoreSource, parseRestoreSource } from "../../../migration/restore/restore-source.ts";

describe("what is restored from", () => {
  it("is a file, one on the claim, what a member has, or the old claim", () => {
    assert.deepEqual(parseRestoreSource("snapshots/a.db"), { kind: "file", path: "snapshots/a.db" });
    assert.deepEqual(parseRestoreSource("./member"), { kind: "file", path: "./member" });
    assert.deepEqual(parseRestoreSource("claim:newest"), { kind: "claim", name: "newest" });
    assert.deepEqual(parseRestoreSource("claim:a-b.1.db"), { kind: "claim", name: "a-b.1.db" });
    assert.deepEqual(parseRestoreSource("member"), { kind: "member" });
    assert.deepEqual(parseRestoreSource("legacyClaim"), { kind: "legacyClaim" });
  });

  it("is no path on the claim, and nothing that is no snapshot", () => {
    for (const text of ["claim:", "claim:../a.db", "claim:a/b.db", "claim:a.txt", "claim:-a.db"]) {
      assert.throws(() => parseRestoreSource(text), /ends in \.db, or newest/, text);
    }
  });

  it("has words for the middle of a sentence", () => {
    const texts = ["a.db", "claim:newest", "claim:a.db", "member", "legacyClaim"].map((text) =>
      describeRestoreSource(parseRestoreSource(text)),
    );
    assert.deepEqual(texts, [
      "the snapshot a.db",
      "the newest snapshot on the schedule's claim",
      "the snapshot a.db on the schedule's claim",
      "what a surviving member has",
      "what is on the old Trident's claim",
    ]);
  });
});
