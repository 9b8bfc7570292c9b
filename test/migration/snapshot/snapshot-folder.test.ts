import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { snapshotFolder } from "../../../migration/snapshot/snapshot-folder.ts";

describe("the folder for snapshots", () => {
  for (const none of [undefined, ""]) {
    it(`is none for ${JSON.stringify(none)}`, () => {
      assert.equal(snapshotFolder(none, "storage"), undefined);
    });
  }

  it("is made when it is prepared, and leaves nothing of what was interrupted", async () => {
    const parent = await mkdtemp(join(tmpdir(), "snapshot-"));
    try {
      const folder = snapshotFolder(join(parent, "snapshots"), "storage");
      assert.ok(folder !== undefined);
      await folder.prepare();
      await folder.checkRoom(1);
      const interruption = new AbortController();
      const saving = folder.save(endless(), interruption.signal);
      interruption.abort(new Error("told to stop"));
      await assert.rejects(saving, /told to stop/);
      assert.deepEqual([await folder.list(), await readdir(folder.directory)], [[], []]);
    } finally {
      await rm(parent, { recursive: true });
    }
  });
});

/** As of an etcd that does not answer any more. */
async function* endless(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(512);
  await new Promise(() => undefined);
}
