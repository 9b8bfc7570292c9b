import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { checkCluster } from "../../../migration/preflight/check-cluster.ts";
import { migrateTridentState, type MigrationResult } from "../../../migration/migrate-trident-state.ts";
import { valuesOf } from "../etcd-keys.ts";
import { backendPassword, setUpScene, type MigrationScene } from "./migration-scene.ts";

const namespace = "e2e-migration-completed";
const volumes = 1000;

describe("a migration on the sandbox", () => {
  let scene: MigrationScene;
  let result: MigrationResult;
  const lines: string[] = [];

  before(async () => {
    scene = await setUpScene(namespace, volumes);
  });
  after(() => scene.remove());

  it("is told what there is to migrate, by kind, and nothing is changed by looking", async () => {
    const before = await scene.legacy();
    const findings = await checkCluster({ ...scene.request, migrate: true });
    assert.equal(findings.state, "legacy");
    assert.equal(findings.legacy?.pvc, "trident");
    assert.equal(findings.legacy.etcdImage, "quay.io/coreos/etcd:v3.3.12");
    assert.equal(findings.legacy.keysByKind.volume, volumes);
    assert.equal(findings.legacy.keysByKind.store, 1);
    assert.deepEqual(await scene.legacy(), before);
  });

  it("moves every key and value, and deletes the old Deployment but not its claim", async () => {
    const before = valuesOf(await scene.legacyKeys());
    result = await migrateTridentState(scene.request, (line) => lines.push(line));

    const after = await scene.destination.keys();
    assert.deepEqual(valuesOf(after), before);
    assert.ok([...after.values()].every(({ version }) => version === 1));
    assert.equal(result.keys, before.size);
    assert.notEqual(result.sourceClusterId, result.destinationClusterId);
    const deployments = await scene.cluster.apps.listNamespacedDeployment({ namespace });
    assert.deepEqual(deployments.items, []);
    const claim = await scene.cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name: "trident" });
    assert.equal(claim.status?.phase, "Bound");
  });

  it("leaves no pod of its own behind", async () => {
    const pods = await scene.cluster.core.listNamespacedPod({ namespace });
    assert.deepEqual(
      pods.items.map((pod) => pod.metadata?.labels?.app),
      ["etcd"],
    );
  });

  it("tells a person what it does, and no secret", () => {
    for (const word of ["Stopping", "Copied", "Verified", "Deleted"]) {
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
    const findings = await checkCluster({ ...scene.request, migrate: true });
    assert.equal(findings.state, "interrupted");
  });

  async function headRevision(): Promise<number> {
    const answer = JSON.parse(await scene.destination.etcdctl("get", "nothing", "-w", "json")) as {
      header: { revision: number };
    };
    return answer.header.revision;
  }
});
