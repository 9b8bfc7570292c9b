import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { claimJob } from "../../../../migration/cli/jobs/claim-job.ts";
import type { ClaimFiles } from "../../../../migration/snapshot/claim/claim-files.ts";
import { snapshotName } from "../../../../migration/snapshot/snapshot-name.ts";
import { savedByEtcds, snapshotOf } from "../../snapshot/file/saved-by-etcds.ts";

const [saved] = savedByEtcds;
assert.ok(saved !== undefined);
const whole = snapshotOf(saved);
const spoilt = Buffer.from(whole);
spoilt.fill(0xff, 8192, 8200);
const now = new Date("2026-11-30T16:00:00Z");
const [older, newer] = [
  snapshotName("storage", new Date(0)),
  snapshotName("storage", new Date("2026-11-30T15:17:00Z")),
];
const job = { namespace: "storage", claim: "c", etcdCluster: "trident-etcd", json: false, quiet: true };

describe("the snapshots on a claim", () => {
  let folder: string;
  let onClaim: string;
  let claim: ClaimFiles;
  const context = { now, signal: new AbortController().signal, onProgress: () => undefined };
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "claim-job-"));
    onClaim = path.join(folder, "claim");
    await mkdir(onClaim);
    claim = {
      claim: "c",
      list: async () => {
        const names = (await readdir(onClaim)).sort();
        const sized = names.map(async (name) => ({ name, bytes: (await stat(path.join(onClaim, name))).size }));
        return Promise.all(sized);
      },
      read: () => assert.fail("nothing is read but by fetching it"),
      fetch: async (file, to) => {
        await copyFile(path.join(onClaim, file), to);
        return to;
      },
    };
    await writeFile(path.join(onClaim, newer), whole);
    await writeFile(path.join(onClaim, older), spoilt);
    await writeFile(path.join(onClaim, `${newer}.partial`), "half");
    await writeFile(path.join(onClaim, "notes.db"), "mine");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("are listed by their names, the oldest first, and said not to be read", async () => {
    const { outcome, lines, document } = await claimJob(claim, { ...job, action: "snapshot list" }, context);
    assert.equal(outcome, "done");
    assert.match(lines[0] ?? "", /^2 snapshots on PersistentVolumeClaim c in namespace storage\.$/);
    assert.match(lines[2] ?? "", new RegExp(`^  ${newer}  43 min 0 s ago`));
    assert.match(
      lines.at(-1) ?? "",
      /None of them was read: `trident-etcd snapshot check --claim c --namespace storage`/,
    );
    const { snapshots, partial } = document as Record<string, { name: string }[]>;
    assert.deepEqual(
      snapshots?.map(({ name }) => name),
      [older, newer],
    );
    assert.equal(partial?.length, 1);
  });

  it("are checked by reading each whole, and nothing of them stays on this machine", async () => {
    const before = await readdir(tmpdir());
    const all = await claimJob(claim, { ...job, action: "snapshot check", files: [] }, context);
    assert.equal(all.outcome, "refused");
    const { snapshots } = all.document as { snapshots: { name: string; usable: boolean }[] };
    assert.deepEqual(
      snapshots.map(({ name, usable }) => [name, usable]),
      [
        [older, false],
        [newer, true],
      ],
    );
    const one = await claimJob(claim, { ...job, action: "snapshot check", files: [newer] }, context);
    assert.equal(one.outcome, "done");
    const left = (await readdir(tmpdir())).filter(
      (name) => name.startsWith("trident-etcd-check-") && !before.includes(name),
    );
    assert.deepEqual(left, []);
  });

  it("are fetched into a folder, and read back", async () => {
    const directory = path.join(folder, "here");
    const fetch = { ...job, action: "snapshot fetch" as const, file: newer, directory };
    const { outcome, document } = await claimJob(claim, fetch, context);
    assert.equal(outcome, "done");
    assert.equal(document.path, path.join(directory, newer));
    assert.equal(document.keys, saved.keys);
    assert.ok(whole.equals(await readFile(path.join(directory, newer))));
  });
});
