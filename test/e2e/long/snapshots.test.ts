import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { everyKey } from "../../../migration/copy/store/key-range.ts";
import { openSnapshotFile } from "../../../migration/snapshot/file/open-snapshot-file.ts";
import { snapshotName } from "../../../migration/snapshot/snapshot-name.ts";
import { memberEtcdctlOf } from "../etcd-keys.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, podNames } from "../sandbox-cluster.ts";
import { tridentEtcd, withoutCluster, type CommandRun } from "../trident-etcd-command.ts";

const namespace = "e2e-snapshots";

interface Saved {
  readonly path: string;
  readonly keys: number;
  readonly revision: string;
  readonly mayLack: readonly string[];
}

describe("snapshots of a stack's etcd", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let folder: string;
  let snapshots: string;

  const etcdctl = async (...words: string[]): Promise<string> => {
    const [member = ""] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  };
  const save = async (): Promise<Saved> => {
    const { code, stdout, stderr } = await snapshot(
      "save",
      "--namespace",
      namespace,
      "--directory",
      snapshots,
      "--json",
    );
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as Saved;
  };
  function snapshot(...words: string[]): Promise<CommandRun> {
    return words[0] === "save" ? tridentEtcd("snapshot", ...words) : withoutCluster("snapshot", ...words);
  }

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-snapshots-"));
    snapshots = path.join(folder, "snapshots");
    await createNamespace(cluster, namespace);
    stack = await createTestStack("e2e-snapshots", { namespace, trident: "false", etcdClusterSize: "1" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    for (const name of ["a", "b", "c"]) await etcdctl("put", `/app/${name}`, `value of ${name}`);
    await etcdctl("del", "/app/b");
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await rm(folder, { recursive: true });
  });

  it("are saved through the API server, for their owner alone, with what the etcd has", async () => {
    const saved = await save();
    assert.deepEqual([saved.keys, saved.mayLack], [2, []]);
    assert.equal((await stat(saved.path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(snapshots), [path.basename(saved.path)]);
    const opened = await openSnapshotFile(saved.path);
    const { entries, revision } = await opened.range({ ...everyKey });
    await opened.close();
    const texts = entries.map(({ key, value }) => `${key.toString()}=${value.toString()}`);
    assert.deepEqual(texts, ["/app/a=value of a", "/app/c=value of c"]);
    assert.equal(revision.toString(), saved.revision);
    const status = JSON.parse(await etcdctl("endpoint", "status", "--write-out=json")) as Status;
    assert.equal(String(status[0]?.Status.header.revision), saved.revision);
  });

  it("are listed with what they hold, checked, and pruned; the newest good one stays beside a damaged newer one", async () => {
    await etcdctl("put", "/app/d", "value of d");
    const second = await save();
    const spoilt = await readFile(second.path);
    spoilt.fill(0xff, 4096, 4200);
    const damaged = path.join(snapshots, snapshotName(namespace, new Date(Date.now() + 60_000)));
    await writeFile(damaged, spoilt);

    const list = await snapshot("list", "--directory", snapshots);
    assert.match(list.stdout, /^3 snapshots in .*, 2 of them usable\.$/m);
    assert.match(
      list.stdout,
      new RegExp(`^${path.basename(second.path)} .* 3 keys at revision ${second.revision}`, "m"),
    );
    assert.match(list.stdout, /NOT USABLE: it has other contents than its checksum says$/m);
    assert.equal((await snapshot("check", second.path)).code, 0);
    assert.equal((await snapshot("check", second.path, damaged)).code, 3);

    const prune = await snapshot("prune", "--directory", snapshots, "--keep", "1");
    assert.equal(prune.code, 0, prune.stdout + prune.stderr);
    assert.deepEqual(await readdir(snapshots), [path.basename(second.path), path.basename(damaged)]);
  });

  it("are refused of an etcd that is not there, and nothing is left in the folder", async () => {
    const words = [
      "save",
      "--namespace",
      namespace,
      "--etcd-cluster",
      "another",
      "--directory",
      path.join(folder, "no"),
    ];
    const { code, stderr } = await snapshot(...words);
    assert.equal(code, 1);
    assert.match(stderr, /No member of EtcdCluster another in namespace e2e-snapshots can be asked: it has no pod/);
    assert.deepEqual(await readdir(path.join(folder, "no")), []);
  });
});

type Status = readonly { readonly Status: { readonly header: { readonly revision: number } } }[];
