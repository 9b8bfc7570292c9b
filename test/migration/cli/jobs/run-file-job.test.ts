import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { snapshotName } from "../../../../migration/snapshot/snapshot-name.ts";
import { runCommand, type CommandRun } from "../command-process.ts";
import { savedByEtcds, snapshotOf } from "../../snapshot/file/saved-by-etcds.ts";

const [saved] = savedByEtcds;
assert.ok(saved !== undefined);
const minor = /^\d+\.\d+/.exec(saved.version)?.[0];
const whole = snapshotOf(saved);
const spoilt = Buffer.from(whole);
spoilt.fill(0xff, 8192, 8200);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "file-job-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("snapshot list", () => {
  it("says of each snapshot what it holds or why it is of no use, and names what was left behind", async () => {
    const [old, bad] = [await keep(40, whole), await keep(2, spoilt)];
    const partial = await keep(1, whole.subarray(0, 5000), "storage", ".partial");
    await writeFile(path.join(directory, "notes.db"), "mine");
    const run = await list();
    assert.equal(run.exitCode, 0, run.stderr);
    const holds = `${saved.keys} keys at revision ${saved.revision}`;
    assert.match(run.stdout, /^2 snapshots in .*, 1 of them usable\.$/m);
    assert.match(run.stdout, new RegExp(`^${old}  .*  40 days ago  .*  ${holds}`, "m"));
    assert.match(run.stdout, new RegExp(`^${bad}  .*  2 days ago  .*  NOT USABLE: it has other contents than`, "m"));
    assert.match(run.stdout, new RegExp(`^${partial} was left behind by a run that was killed`, "m"));
    assert.ok(!run.stdout.includes("notes.db"));
  });

  it("tells the same as a document", async () => {
    const name = await keep(1, whole);
    await keep(3, whole, "other");
    const { snapshots } = JSON.parse((await list("--json", "--namespace", "storage")).stdout) as Listed;
    assert.equal(snapshots.length, 1);
    const { savedAt, ageSeconds, sha256, ...rest } = snapshots[0] ?? {};
    assert.match(String(sha256), /^[0-9a-f]{64}$/);
    assert.ok(Number(ageSeconds) >= 86_400 && !Number.isNaN(Date.parse(String(savedAt))));
    assert.deepEqual(rest, {
      ...{ name, path: path.join(directory, name), namespace: "storage", bytes: whole.length, usable: true },
      ...{ revision: saved.revision, keys: saved.keys, etcdVersion: minor, hasChecksum: true },
    });
  });

  it("takes no folder that is not there for an empty one", async () => {
    const run = await runCommand(["snapshot", "list", "--directory", path.join(directory, "none")]);
    assert.equal(run.exitCode, 2);
    assert.match(run.stderr, /--directory: .*none is not there/);
    assert.match((await list()).stdout, /^0 snapshots in /);
  });
});

describe("snapshot check", () => {
  it("says of each file whether it can be restored, and ends well only if all can", async () => {
    const [good, bad] = [await place("good.db", whole), await place("bad.db", spoilt)];
    const all = await runCommand(["snapshot", "check", good, bad]);
    assert.equal(all.exitCode, 3);
    assert.match(all.stdout, new RegExp(`^${good}: usable: ${saved.keys} keys .*, its checksum holds$`, "m"));
    assert.match(
      all.stdout,
      new RegExp(`^${bad}: NOT USABLE: it has other contents than .*\\. Copy the file again`, "m"),
    );
    assert.equal((await runCommand(["snapshot", "check", good])).exitCode, 0);
    const missing = await runCommand(["snapshot", "check", path.join(directory, "none.db")]);
    assert.equal(missing.exitCode, 2);
    assert.match(missing.stdout, /NOT USABLE: it does not exist\. Check the path/);
  });

  it("takes a database without a checksum when that is said, and says what that means", async () => {
    const file = await place("db", whole.subarray(0, whole.length - 32));
    assert.equal((await runCommand(["snapshot", "check", file])).exitCode, 3);
    const taken = await runCommand(["snapshot", "check", "--without-checksum", file]);
    assert.equal(taken.exitCode, 0);
    assert.match(taken.stdout, /without a checksum: damage within keys and values goes unnoticed/);
  });
});

describe("snapshot prune", () => {
  it("removes what is old of each etcd, having named it, and nothing else", async () => {
    const kept = [await keep(3, whole), await keep(9, whole, "other")];
    const goes = [await keep(4, whole), await keep(5, spoilt)];
    const left = await keep(1, whole.subarray(0, 5000), "storage", ".partial");
    const young = await keep(0, whole.subarray(0, 5000), "storage", ".partial", { isOld: false });
    await writeFile(path.join(directory, "notes.db"), "mine");
    await mkdir(path.join(directory, snapshotName("storage", new Date(0))));
    const before = await names();

    const dry = await prune("--keep", "1", "--dry-run");
    assert.equal(dry.exitCode, 0, dry.stderr);
    for (const name of [...goes, left]) assert.match(dry.stdout, new RegExp(`^would be removed: ${name}$`, "m"));
    assert.deepEqual(await names(), before);

    const run = await prune("--keep", "1");
    assert.equal(run.exitCode, 0, run.stderr);
    for (const name of [...goes, left]) {
      assert.match(run.stderr, new RegExp(`^to be removed: ${name} \\(`, "m"));
      assert.match(run.stdout, new RegExp(`^removed: ${name}$`, "m"));
    }
    const stays = [...kept, young, "notes.db", snapshotName("storage", new Date(0))];
    assert.deepEqual(await names(), stays.toSorted());
  });

  it("never removes the newest that can be restored, whatever is newer and damaged", async () => {
    const damaged = [await keep(1, spoilt), await keep(2, Buffer.alloc(0))];
    const good = await keep(50, whole);
    const goes = await keep(60, whole);
    const run = await prune("--keep", "1", "--keep-days", "30");
    assert.match(run.stdout, new RegExp(`^removed: ${goes}$`, "m"));
    assert.deepEqual(await names(), [...damaged, good].toSorted());
  });

  it("removes none where none can be restored, and says so", async () => {
    const all = [await keep(1, spoilt), await keep(50, spoilt)];
    const run = await prune("--keep", "1");
    assert.equal(run.exitCode, 3);
    assert.match(run.stdout, /None of the snapshots of the etcd in namespace storage can be restored/);
    assert.deepEqual(await names(), all.toSorted());
  });
});

interface Listed {
  readonly snapshots: readonly Readonly<Record<string, unknown>>[];
}

/** Answers the name. */
async function keep(
  days: number,
  content: Buffer,
  namespace = "storage",
  ending = "",
  { isOld = true } = {},
): Promise<string> {
  const name = `${snapshotName(namespace, new Date(Date.now() - days * 86_400_000))}${ending}`;
  const file = await place(name, content);
  const changed = Date.now() / 1000 - (isOld ? 3600 : 0);
  await utimes(file, changed, changed);
  return name;
}

async function place(name: string, content: Buffer): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, content);
  return file;
}

async function names(): Promise<string[]> {
  return (await readdir(directory)).toSorted();
}

function list(...words: string[]): Promise<CommandRun> {
  return runCommand(["snapshot", "list", "--directory", directory, ...words]);
}

function prune(...words: string[]): Promise<CommandRun> {
  return runCommand(["snapshot", "prune", "--directory", directory, ...words]);
}
