import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { migrateTridentState, type MigrationResult } from "../../../migration/migrate/migrate-trident-state.ts";
import { startEtcd } from "../../etcd-process.ts";
import { valuesOf } from "../etcd-keys.ts";
import { planIn } from "./plan-in-scene.ts";
import { backendPassword, setUpScene, type MigrationScene } from "./migration-scene.ts";

const namespace = "e2e-migration-completed";
const volumes = 1000;

describe("a migration on the sandbox", () => {
  let scene: MigrationScene;
  let result: MigrationResult;
  let snapshotDirectory: string;
  const lines: string[] = [];

  before(async () => {
    scene = await setUpScene(namespace, volumes);
    snapshotDirectory = await mkdtemp(join(tmpdir(), "snapshots-"));
  });
  after(async () => {
    await scene.remove();
    await rm(snapshotDirectory, { recursive: true, force: true });
  });

  it("is told what there is to migrate, by kind, and nothing is changed by looking", async () => {
    const before = await scene.legacy();
    const plan = await planIn(scene.request);
    assert.equal(plan.flow, "migrate");
    assert.equal(plan.legacy?.claim.name, "trident");
    assert.equal(plan.legacy.etcdImage, "quay.io/coreos/etcd:v3.4.14");
    assert.equal(plan.state?.counts.volumes, volumes);
    assert.equal(plan.state.storeVersion, "etcdv3");
    assert.equal(plan.state.keys, (await scene.legacyKeys()).size);
    assert.ok(!JSON.stringify(plan).includes(backendPassword));
    assert.deepEqual(await scene.legacy(), before);
  });

  it("moves every key and value, and deletes the old Deployment but not its claim", async () => {
    const before = valuesOf(await scene.legacyKeys());
    result = await migrateTridentState({ ...scene.request, snapshotDirectory }, (line) => lines.push(line));

    const after = await scene.destination.keys();
    assert.deepEqual(valuesOf(after), before);
    assert.ok([...after.values()].every(({ version }) => version === 1));
    assert.equal(result.keys, before.size);
    assert.equal(result.firstPassKeys, before.size);
    assert.deepEqual(result.changedKeys, { created: 0, replaced: 0, deleted: 0 });
    assert.ok(result.startedAt < result.cutOverAt && result.cutOverAt < result.finishedAt);
    assert.notEqual(result.sourceClusterId, result.destinationClusterId);
    const deployments = await scene.cluster.apps.listNamespacedDeployment({ namespace });
    assert.deepEqual(deployments.items, []);
    const claim = await scene.cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name: "trident" });
    assert.equal(claim.status?.phase, "Bound");
  });

  it("keeps a snapshot of the old etcd that etcdctl restores, with the same keys and values", async () => {
    const snapshot = result.snapshot ?? "";
    assert.equal((await stat(snapshot)).mode & 0o777, 0o600);
    const restored = join(snapshotDirectory, "restored");
    const env = { ...process.env, ETCDCTL_API: "3" };
    await promisify(execFile)("etcdctl", ["snapshot", "restore", snapshot, "--data-dir", restored], { env });
    const etcd = await startEtcd({ extraArguments: [`--data-dir=${restored}`] });
    try {
      const page = await etcd.store.range(prefixRange("/trident/"));
      const values = page.entries.map(({ key, value }) => [key.toString(), value.toString("base64")] as const);
      assert.deepEqual(new Map(values), valuesOf(await scene.destination.keys()));
    } finally {
      await etcd.stop();
    }
  });

  it("leaves no Lease behind", async () => {
    assert.deepEqual(await scene.leaseNames(), []);
  });

  it("leaves no pod of its own behind", async () => {
    const pods = await scene.cluster.core.listNamespacedPod({ namespace });
    assert.deepEqual(
      pods.items.map((pod) => pod.metadata?.labels?.app),
      ["etcd"],
    );
  });

  it("tells a person what it does, and no secret", () => {
    const words = ["while the old", "Copied", "Verified", "Stopping", "snapshot", "Carried over", "Deleted"];
    for (const word of words) {
      assert.ok(
        lines.some((line) => line.includes(word)),
        `${word} in:\n${lines.join("\n")}`,
      );
    }
    assert.ok(!lines.join("\n").includes(backendPassword));
  });

  it("is not repeated: the next call answers with the recorded result", async () => {
    const revision = await headRevision();
    assert.deepEqual(await migrateTridentState(scene.request, () => undefined), result);
    assert.equal(await headRevision(), revision);
    assert.equal((await planIn(scene.request)).flow, "resume");
  });

  async function headRevision(): Promise<number> {
    const answer = JSON.parse(await scene.destination.etcdctl("get", "nothing", "-w", "json")) as {
      header: { revision: number };
    };
    return answer.header.revision;
  }
});
