import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { checkRoom, listSnapshots, removePartialSnapshots } from "../../../migration/snapshot/snapshot-directory.ts";
import { snapshotName } from "../../../migration/snapshot/snapshot-name.ts";

const now = new Date("2030-01-02T03:04:05.678Z");
const partial = `${snapshotName("storage", new Date("2030-01-01T00:00:00.000Z"))}.partial`;

it("a folder has room for a snapshot, or the error says how much there is", async () => {
  await checkRoom(tmpdir(), 1);
  await assert.rejects(checkRoom(tmpdir(), Number.MAX_SAFE_INTEGER), {
    name: "SnapshotDirectoryError",
    message: /no space left on device: 9007199254740991 bytes are needed and \d+ are free/,
  });
});

describe("a snapshot that a killed run has begun", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "snapshot-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("is removed once it was not touched for longer than a snapshot may stand still", async () => {
    await leave(partial, 60);
    await removePartialSnapshots(directory, "storage", now);
    assert.deepEqual(await readdir(directory), []);
  });

  it("stays while it may still be written", async () => {
    await leave(partial, 20);
    await removePartialSnapshots(directory, "storage", now);
    assert.deepEqual(await readdir(directory), [partial]);
  });

  it("is all that is removed: not a complete one, another namespace's, a folder, or somebody else's file", async () => {
    const others = [
      partial.replace(".partial", ""),
      partial.replace("storage", "storage-2"),
      `my-${partial}`,
      `${partial}.bak`,
      "trident-etcd-storage-notes.db.partial",
    ];
    for (const name of others) await leave(name, 3600);
    await mkdir(join(directory, partial));
    await utimes(join(directory, partial), agedBy(3600), agedBy(3600));
    await removePartialSnapshots(directory, "storage", now);
    assert.deepEqual((await readdir(directory)).sort(), [...others, partial].sort());
    assert.deepEqual(await listSnapshots(directory, "storage"), [join(directory, partial.replace(".partial", ""))]);
  });

  it("is not looked for where there is no folder", async () => {
    await removePartialSnapshots(join(directory, "missing"), "storage", now);
    assert.deepEqual(await readdir(directory), []);
  });

  async function leave(name: string, secondsAgo: number): Promise<void> {
    await writeFile(join(directory, name), "a part");
    await utimes(join(directory, name), agedBy(secondsAgo), agedBy(secondsAgo));
  }
});

function agedBy(seconds: number): Date {
  return new Date(now.getTime() - seconds * 1000);
}
