import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, describe, it } from "node:test";
import type { KeyValueStore } from "../../../../migration/copy/store/key-value-store.ts";
import { openSnapshotFile } from "../../../../migration/snapshot/file/open-snapshot-file.ts";
import { startEtcd, type EtcdProcess } from "../../../etcd-process.ts";
import { fileOf } from "./bolt-builder.ts";
import { describedEntries } from "./described-entries.ts";
import { savedByEtcds, snapshotOf } from "./saved-by-etcds.ts";
import { writeHistory } from "./write-history.ts";

/** The machine's, and others whose paths are given, separated by colons. */
const programs = ["etcd", ...(process.env.TRIDENT_ETCD_OTHER_ETCDS ?? "").split(":").filter((path) => path !== "")];
/** The etcdutl of the others, where it is built; from 3.6 on `etcdctl snapshot restore` is its. */
const otherRestorer = process.env.TRIDENT_ETCD_OTHER_ETCDUTL;
const keys = Number(process.env.TRIDENT_ETCD_SNAPSHOT_KEYS ?? 10_000);

for (const program of programs) {
  describe(`a snapshot of ${program} with ${keys} keys that were rewritten, deleted and compacted`, () => {
    let directory: string;
    let etcd: EtcdProcess;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "snapshot-of-etcd-"));
      etcd = await startEtcd({ program, extraArguments: ["--quota-backend-bytes=8589934592"] });
      await writeHistory(etcd, { keys });
    });
    after(async () => {
      await etcd.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it("has every key, value, revision, version and lease that the etcd answers with", async () => {
      const { snapshot, path } = await taken("live.db");
      await assertSame(snapshot, etcd.store);
      const { version } = await etcd.store.status();
      assert.equal(snapshot.etcdVersion, version.split(".").slice(0, 2).join("."));
      assert.equal(snapshot.isChecked, true);
      assert.equal(snapshot.path, path);
      await snapshot.close();
    });

    // What restores and the etcd are to be of one version.
    const restorer = program === "etcd" ? "etcdctl" : otherRestorer;
    it("has what `etcdctl snapshot restore` makes an etcd of", { skip: restorer === undefined }, async () => {
      const { snapshot, path } = await taken("restored.db");
      const restored = await startEtcd({
        program,
        restoredFrom: path,
        ...(restorer === undefined ? {} : { restorer }),
      });
      try {
        await assertSame(snapshot, restored.store);
      } finally {
        await restored.stop();
        await snapshot.close();
      }
    });

    it("has the revision of an etcd whose last writes were deleted and compacted", async () => {
      await etcd.client.put("/last").value("1");
      await etcd.client.delete().key("/last");
      const { revision } = await etcd.store.status();
      await etcd.client.kv.compact({ revision: revision.toString(), physical: true });
      const { snapshot } = await taken("compacted.db");
      await assertSame(snapshot, etcd.store);
      await snapshot.close();
    });

    async function taken(name: string) {
      const path = join(directory, name);
      await pipeline(etcd.store.snapshot(), createWriteStream(path));
      return { path, snapshot: await openSnapshotFile(path) };
    }
  });
}

describe("the database of a member that was killed", () => {
  it("has what the member answered with, without a checksum", async () => {
    const etcd = await startEtcd();
    try {
      await writeHistory(etcd, { keys: 1000 });
      const { revision } = await etcd.store.status();
      const expected = await describedEntries(etcd.store, revision);
      // Asked for a snapshot it writes to its database what was in memory alone.
      for await (const piece of etcd.store.snapshot()) assert(piece.length > 0);
      process.kill(etcd.pid, "SIGKILL");
      const path = await fileOf(await readFile(join(etcd.dataDirectory, "member/snap/db")));
      const snapshot = await openSnapshotFile(path, { withoutChecksum: true });
      assert.equal(snapshot.isChecked, false);
      assert.equal((await snapshot.status()).revision, revision);
      assert.deepEqual(await describedEntries(snapshot, revision), expected);
      await snapshot.close();
    } finally {
      await etcd.stop();
    }
  });
});

describe("a snapshot that another version of etcd has sent", () => {
  for (const saved of savedByEtcds) {
    it(`has what etcd ${saved.version} answered with`, async () => {
      const snapshot = await openSnapshotFile(await fileOf(snapshotOf(saved)));
      const { revision } = await snapshot.status();
      assert.equal(revision.toString(), saved.revision);
      const entries = await describedEntries(snapshot, revision);
      assert.equal(entries.length, saved.keys);
      assert.equal(createHash("sha256").update(entries.join("\n")).digest("hex"), saved.contents);
      assert.equal(snapshot.etcdVersion, saved.version.split(".").slice(0, 2).join("."));
      await snapshot.close();
    });
  }
});

describe("a snapshot of an etcd that holds nothing", () => {
  it("has no key and revision 1", async () => {
    const directory = await mkdtemp(join(tmpdir(), "snapshot-of-etcd-"));
    const etcd = await startEtcd();
    try {
      const path = join(directory, "empty.db");
      await pipeline(etcd.store.snapshot(), createWriteStream(path));
      const snapshot = await openSnapshotFile(path);
      await assertSame(snapshot, etcd.store);
      assert.equal(snapshot.keys, 0);
    } finally {
      await etcd.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

async function assertSame(snapshot: KeyValueStore, etcd: KeyValueStore): Promise<void> {
  const [{ revision }, live] = await Promise.all([snapshot.status(), etcd.status()]);
  assert.equal(revision, live.revision);
  const [ours, theirs] = await Promise.all([describedEntries(snapshot, revision), describedEntries(etcd, revision)]);
  assert.equal(ours.length, theirs.length);
  ours.forEach((entry, place) => {
    assert.equal(entry, theirs[place]);
  });
}
