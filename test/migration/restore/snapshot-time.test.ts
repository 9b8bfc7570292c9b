import assert from "node:assert/strict";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { snapshotTime, timeInName } from "../../../migration/restore/snapshot-time.ts";

describe("when a snapshot was taken", () => {
  it("is in the name that this program, or the schedule, gives it", () => {
    assert.equal(timeInName("trident-etcd-trident-2026-01-02T030405.678Z.db"), "2026-01-02T03:04:05.678Z");
    assert.equal(timeInName("/a/trident-etcd-trident-2026-01-02T030405Z.db"), "2026-01-02T03:04:05.000Z");
    assert.equal(timeInName("backup.db"), undefined);
    assert.equal(timeInName("trident-etcd-trident-2026-99-99T999999Z.db"), undefined);
  });

  it("is the file's own time where its name does not say", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "snapshot-time-"));
    try {
      const file = path.join(folder, "backup.db");
      await writeFile(file, "x");
      await utimes(file, new Date("2026-02-03T04:05:06Z"), new Date("2026-02-03T04:05:06Z"));
      assert.deepEqual(await snapshotTime(file), { savedAt: "2026-02-03T04:05:06.000Z", savedAtBy: "file" });
      const named = path.join(folder, "trident-etcd-trident-2026-01-02T030405.678Z.db");
      assert.deepEqual(await snapshotTime(named), { savedAt: "2026-01-02T03:04:05.678Z", savedAtBy: "name" });
      await assert.rejects(snapshotTime(path.join(folder, "gone.db")), /ENOENT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
