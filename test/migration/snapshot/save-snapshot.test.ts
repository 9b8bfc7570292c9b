import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { saveSnapshot } from "../../../migration/snapshot/save-snapshot.ts";
import { prepareSnapshotDirectory } from "../../../migration/snapshot/snapshot-directory.ts";
import { snapshotName } from "../../../migration/snapshot/snapshot-name.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";

const run = promisify(execFile);
const at = new Date("2030-01-02T03:04:05.678Z");

describe("a snapshot of an etcd", () => {
  let etcd: EtcdProcess;
  let directory: string;

  before(async () => {
    etcd = await startEtcd();
    for (let each = 0; each < 30; each += 1) await put(each);
    await etcd.client.put("/trident/volume/0").value("overwritten");
    await etcd.client.delete().key("/trident/volume/1");
  });
  after(() => etcd.stop());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "snapshot-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("is restored by etcdctl, and the etcd that then runs on it has the same keys and values", async () => {
    const path = await save();
    const restored = join(directory, "restored");
    await run("etcdctl", ["snapshot", "restore", path, "--data-dir", restored], {
      env: { ...process.env, ETCDCTL_API: "3" },
    });
    const again = await startEtcd({ extraArguments: [`--data-dir=${restored}`] });
    try {
      assert.deepEqual(await entriesOf(again), await entriesOf(etcd));
    } finally {
      await again.stop();
    }
  });

  it("is what etcdctl says it is", async () => {
    const answer = await run("etcdctl", ["snapshot", "status", await save(), "--write-out=json"], {
      env: { ...process.env, ETCDCTL_API: "3" },
    });
    const status = JSON.parse(answer.stdout) as { revision: number };
    assert.equal(BigInt(status.revision), (await etcd.store.status()).revision);
  });

  it("is refused, and not tried for ever, where no folder can be made", async () => {
    for (const hopeless of ["/proc/no-such-folder", join(directory, "missing", "folder")]) {
      await assert.rejects(
        prepareSnapshotDirectory(hopeless),
        /No snapshot of the old etcd can be kept in \/.*ENOENT.*\{ snapshotDirectory: "PATH" \}/,
      );
    }
  });

  it("is named after the namespace and the time, for its owner alone, in a folder for its owner alone", async () => {
    const path = await save("new-folder");
    assert.equal(path, join(directory, "new-folder", "trident-etcd-storage-2030-01-02T030405.678Z.db"));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(directory, "new-folder"))).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(join(directory, "new-folder")), [snapshotName("storage", at)]);
  });

  it("leaves the permissions of a folder that was there as they were", async () => {
    await mkdir(join(directory, "mine"));
    await chmod(join(directory, "mine"), 0o750);
    await save("mine");
    assert.equal((await stat(join(directory, "mine"))).mode & 0o777, 0o750);
  });

  it("leaves no file when its end is missing, or its checksum does not hold", async () => {
    const pieces = await all(etcd.store.snapshot());
    const changed = Buffer.from(pieces);
    changed[100] = (changed[100] ?? 0) ^ 1;
    for (const content of [pieces.subarray(0, pieces.length - 32), changed, Buffer.alloc(0)]) {
      await assert.rejects(save(".", inPieces(content)), {
        name: "SnapshotInvalidError",
        message: /trident-etcd-storage-.*\.db is not usable.*`\{ snapshotDirectory: "" \}`/,
      });
    }
    assert.deepEqual(await readdir(directory), []);
  });

  it("leaves no file when the etcd goes away meanwhile, and fails with that", async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield* inPieces(Buffer.alloc(4096));
      await Promise.reject(new StoreError("transient", "the connection broke"));
    }
    await assert.rejects(save(".", broken()), { message: "the connection broke" });
    assert.deepEqual(await readdir(directory), []);
  });

  it("names the folder, the path and the way out when it can't be written", async () => {
    const place = join(directory, snapshotName("storage", at));
    await mkdir(`${place}.partial`);
    await assert.rejects(save(), (error: Error) => {
      assert.equal(error.name, "SnapshotDirectoryError");
      assert.match(
        error.message,
        /No snapshot .* can be kept in .*EEXIST.*another folder with `\{ snapshotDirectory: "PATH" \}`/,
      );
      assert.ok(error.message.includes(`${place}.partial`));
      return true;
    });
  });

  it("names the folder when the disk is full", { skip: process.platform !== "linux" }, async () => {
    await assert.rejects(prepareSnapshotDirectory("/dev/full"), {
      name: "SnapshotDirectoryError",
      message: /No snapshot of the old etcd can be kept in \/dev\/full: writing/,
    });
  });

  it("has its folder refused beforehand when that is a file, and nothing is left in one that will do", async () => {
    const file = join(directory, "file");
    await writeFile(file, "");
    await assert.rejects(prepareSnapshotDirectory(file), { name: "SnapshotDirectoryError", message: /EEXIST|ENOTDIR/ });
    assert.equal(await readFile(file, "utf8"), "");
    await prepareSnapshotDirectory(join(directory, "made"));
    assert.deepEqual(await readdir(join(directory, "made")), []);
  });

  function save(folder = ".", content: AsyncIterable<Buffer> = etcd.store.snapshot()): Promise<string> {
    return saveSnapshot({ content, directory: join(directory, folder), namespace: "storage", at });
  }

  async function put(number: number): Promise<void> {
    await etcd.client.put(`/trident/volume/${number}`).value(Buffer.alloc(5000, `value ${number} `));
  }
});

async function entriesOf({ store }: EtcdProcess): Promise<string[][]> {
  const { entries } = await store.range(prefixRange("/"));
  assert.ok(entries.length > 0);
  return entries.map(({ key, value }) => [key.toString(), value.toString()]);
}

async function all(content: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await collected(content));
}

// eslint-disable-next-line @typescript-eslint/require-await -- as an etcd's
async function* inPieces(content: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += 1000) yield content.subarray(start, start + 1000);
}

async function collected(pieces: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
