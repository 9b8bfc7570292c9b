import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, truncateSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { FileBytes } from "../../../../migration/snapshot/file/file-bytes.ts";
import { SnapshotFileError, type SnapshotProblem } from "../../../../migration/snapshot/file/snapshot-file-error.ts";
import { fileOf } from "./bolt-builder.ts";

const content = Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * 31) % 251));

describe("a file that is read by position", () => {
  it("gives pieces in the order in which they are asked for, near and far, overlapping and empty", async () => {
    const file = FileBytes.open(await fileOf(content));
    const pieces = [
      [500_000, 100],
      [3, 5],
      [0, 10],
      [8, 0],
      [9, 4000],
      [5000, 300_000],
      [599_999, 1],
    ] as const;
    const { bytes, starts } = file.gather(
      Float64Array.from(pieces, ([position]) => position),
      Uint32Array.from(pieces, ([, length]) => length),
    );
    pieces.forEach(([position, length], each) => {
      assert(bytes.subarray(starts[each], starts[each + 1]).equals(content.subarray(position, position + length)));
    });
    file.close();
  });

  it("says when it became shorter while it was read", async () => {
    const path = await fileOf(content);
    const file = FileBytes.open(path);
    truncateSync(path, 1000);
    assert.throws(() => file.read(500, 1000), isProblem("changed"));
    assert.throws(() => {
      file.refuseChanged();
    }, isProblem("changed"));
  });

  it("says when it was written to while it was read", async () => {
    const path = await fileOf(content);
    const file = FileBytes.open(path);
    chmodSync(path, 0o400);
    file.refuseChanged();
    utimesSync(path, 1, 1);
    assert.throws(() => {
      file.refuseChanged();
    }, isProblem("changed"));
    const other = await fileOf(content);
    const longer = FileBytes.open(other);
    appendFileSync(other, "more");
    assert.throws(() => {
      longer.refuseChanged();
    }, isProblem("changed"));
  });

  it("names what is not there, and what is no file, without waiting for it", async () => {
    const path = await fileOf(content);
    assert.throws(
      () => FileBytes.open(`${path}.other`),
      isProblem("unreadable", /snapshot\.db\.other does not exist\./),
    );
    assert.throws(() => FileBytes.open(dirname(path)), isProblem("notAFile", /is not a file but a folder/));
    const pipe = join(dirname(path), "pipe");
    execFileSync("mkfifo", [pipe]);
    assert.throws(() => FileBytes.open(pipe), isProblem("notAFile", /a pipe or a device/));
  });
});

function isProblem(problem: SnapshotProblem, message = /./) {
  return (error: unknown) =>
    error instanceof SnapshotFileError && error.problem === problem && message.test(error.message);
}
