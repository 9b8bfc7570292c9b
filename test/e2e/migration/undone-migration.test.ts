import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { clusterAdapter } from "../../../migration/trident/port/cluster-adapter.ts";
import { CopyConflictError } from "../../../migration/copy/errors.ts";
import { LegacyTridentChangedError } from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import type { ClusterPort } from "../../../migration/trident/port/cluster-port.ts";
import { backendPassword, failureOf, migrationFailure, setUpScene, type MigrationScene } from "./migration-scene.ts";

const namespace = "e2e-migration-undone";
const foreignKey = "/trident/v1/volume/written-by-somebody-else";

describe("a migration that fails after the old Trident was stopped", () => {
  let scene: MigrationScene;

  before(async () => {
    scene = await setUpScene(namespace, 1000);
  });
  after(() => scene.remove());

  it("puts the old Trident back when somebody else writes into the new etcd meanwhile", async () => {
    const before = await scene.legacy();
    const error = await failureOf(runMigration(withForeignWriter(clusterAdapter(scene.request)), () => undefined));

    assert.ok(error.cause instanceof CopyConflictError, error.message);
    assert.match(error.message, new RegExp(`${foreignKey}.*serving again`, "s"));
    assert.doesNotMatch(error.message, new RegExp(backendPassword));
    await assertServesAsBefore(before);
  });

  it("leaves nothing of its own in the new etcd", async () => {
    assert.deepEqual([...(await scene.destination.keys()).keys()], [foreignKey]);
  });

  it("is refused, with nothing stopped, while somebody else's key is there", async () => {
    const before = await scene.legacy();
    const error = await migrationFailure(scene.request);
    assert.equal(error.legacy, "untouched");
    assert.match(error.message, new RegExp(foreignKey));
    assert.deepEqual(await scene.legacy(), before);
    await scene.destination.etcdctl("del", foreignKey);
  });

  it("puts the old Trident back when somebody starts it during the copy", async () => {
    const before = await scene.legacy();
    const cluster = clusterAdapter(scene.request);
    const checkStillStopped: ClusterPort["checkStillStopped"] = async (stopped) => {
      await scaleLegacyTo(1);
      await cluster.checkStillStopped(stopped);
    };
    const error = await failureOf(runMigration({ ...cluster, checkStillStopped }, () => undefined));

    assert.ok(error.cause instanceof LegacyTridentChangedError, error.message);
    assert.match(error.message, /it is scaled to 1.*serving again/s);
    await assertServesAsBefore(before);
    assert.equal((await scene.destination.keys()).size, 0);
  });

  it("leaves no Lease behind", async () => {
    assert.deepEqual(await scene.leaseNames(), []);
  });

  it("puts the old Trident back when the snapshot can't be written, naming the folder", async () => {
    const before = await scene.legacy();
    const cluster = clusterAdapter({ ...scene.request, snapshotDirectory: "/proc/no-such-folder" });
    // The check beforehand would find it: the disk fills up later.
    const prepareSnapshot = () => Promise.resolve();
    const error = await failureOf(runMigration({ ...cluster, prepareSnapshot }, () => undefined));
    assert.match(error.message, /kept in \/proc\/no-such-folder: .*serving again/s);
    await assertServesAsBefore(before);
    assert.equal((await scene.destination.keys()).size, 0);
  });

  it("stops nothing while another one is running", async () => {
    const before = await scene.legacy();
    const lease = await clusterAdapter(scene.request).acquireLease(() => undefined);
    try {
      const error = await migrationFailure(scene.request);
      assert.match(error.message, /Another migration is running in namespace .*Lease trident-etcd-migration since/);
      assert.equal(error.legacy, "untouched");
      assert.deepEqual(await scene.legacy(), before);
    } finally {
      await lease.release();
    }
  });

  /** Somebody who writes into the new etcd right after the old Trident was stopped. */
  function withForeignWriter(cluster: ClusterPort): ClusterPort {
    return {
      ...cluster,
      stopLegacy: async (legacy, migrationRecord) => {
        const stopped = await cluster.stopLegacy(legacy, migrationRecord);
        await scene.destination.etcdctl("put", foreignKey, "{}");
        return stopped;
      },
    };
  }

  async function assertServesAsBefore(before: Awaited<ReturnType<MigrationScene["legacy"]>>): Promise<void> {
    const restored = await scene.legacy();
    assert.equal(restored.spec, before.spec);
    assert.equal(restored.annotations, before.annotations);
    assert.deepEqual(restored.lists, before.lists);
    const pods = await scene.cluster.core.listNamespacedPod({ namespace });
    assert.ok(!pods.items.some((pod) => pod.metadata?.name === "trident-etcd-source"));
  }

  async function scaleLegacyTo(replicas: number): Promise<void> {
    await scene.cluster.apps.patchNamespacedDeployment(
      { namespace, name: "trident", body: { spec: { replicas } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  }
});
