import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { it } from "node:test";
import { checkRoom } from "../../../migration/snapshot/snapshot-directory.ts";

it("a folder has room for a snapshot, or the error says how much there is", async () => {
  await checkRoom(tmpdir(), 1);
  await assert.rejects(checkRoom(tmpdir(), Number.MAX_SAFE_INTEGER), {
    name: "SnapshotDirectoryError",
    message: /no space left on device: 9007199254740991 bytes are needed and \d+ are free/,
  });
});
