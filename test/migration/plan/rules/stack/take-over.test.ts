import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Deployment } from "@kubernetes/client-node";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { legacyDeployment } from "../../../trident/legacy/legacy-deployment.ts";
import { deploymentPath, emptyRecord, ours, secrets } from "../../scene/places.ts";
import { planOf } from "../../scene/plan-scene.ts";
import { migratedStack } from "../../scene/stacks.ts";

const annotations = { "trident-etcd/stack": "organization/lost/production", "trident-etcd/stack-uid": "lost-uid" };
const ofLostStack = { ...ours, annotations };
const takeOver = { takeOver: true, migrate: false };

/** This program's Deployment of Trident, of a stack that is lost. */
function trident(image = "netapp/trident:19.04.0", isMigrated = false): ServedObject {
  const migrated = isMigrated ? { "trident-etcd/migrated-state-sha256": "aa" } : {};
  return {
    metadata: { ...ofLostStack, annotations: { ...annotations, ...migrated } },
    spec: { template: { spec: { containers: [{ name: "trident-main", image }] } } } as V1Deployment["spec"],
  };
}

describe("taking an installation over", () => {
  it("finds whose it is, in the objects and in Trident's Deployment", async () => {
    const { world } = await planOf((environment) => {
      environment.withEtcdCluster().objects.set(deploymentPath, trident());
      environment.objects.set(`${secrets}/etcd-client-tls`, {
        metadata: { ...ours, annotations: { "trident-etcd/stack-uid": "a-third" } },
      });
    }, takeOver);
    assert.deepEqual(world, {
      clusterUid: "uid-of-the-cluster",
      stackUids: ["a-third", "lost-uid"],
      hasObjects: true,
    });
  });

  it("finds nobody's where nothing is, and takes no word from what somebody else has made", async () => {
    const { world } = await planOf((environment) => {
      environment.objects.set(`${secrets}/etcd-client-tls`, { metadata: { annotations } });
    });
    assert.deepEqual(world, { clusterUid: "uid-of-the-cluster", stackUids: [], hasObjects: false });
  });

  it("knows what Pulumi has made without server-side apply by the stack's annotation", async () => {
    const { world } = await planOf((environment) => {
      const labels = { "app.kubernetes.io/managed-by": "pulumi" };
      environment.objects.set(`${secrets}/etcd-client-tls`, { metadata: { labels, annotations } });
    });
    assert.deepEqual(world, { clusterUid: "uid-of-the-cluster", stackUids: ["lost-uid"], hasObjects: true });
  });

  it("can't be done where the API server only creates", async () => {
    const { blockers } = await planOf((environment) => {
      environment.withEtcdCluster().objects.set(deploymentPath, trident());
      environment.objects.set("/version", { gitVersion: "v1.15.3" });
    }, takeOver);
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["takeOver"],
    );
    assert.match(blockers[0]?.message ?? "", /before Kubernetes 1\.16 can't apply/);
  });

  it("says what it changes about what runs", async () => {
    const plan = await planOf(
      (environment) => environment.withEtcdCluster().objects.set(deploymentPath, trident("netapp/trident:18.10.0")),
      takeOver,
    );
    assert.deepEqual(plan.blockers, []);
    assert.match(
      inSettings(plan.risks.join("\n")),
      /tridentImage is to be netapp\/trident:19\.04\.0, and what runs has .*18\.10\.0\. `pulumi config set tridentImage .*18\.10\.0` leaves it alone/,
    );
    assert.match(inSettings(plan.risks.join("\n")), /`pulumi config rm takeOver`/);
  });

  it("knows its migration by the record", async () => {
    const plan = await planOf(
      (environment) => migratedStack(environment).objects.set(deploymentPath, trident(undefined, true)),
      { takeOver: true },
    );
    assert.equal(plan.flow, "migrated");
    assert.deepEqual(plan.blockers, []);
  });

  it("is refused as a migrated one when its record is gone, and goes as one that was never migrated", async () => {
    const arrange = (environment: Parameters<Parameters<typeof planOf>[0]>[0]) => {
      environment.withEtcdCluster().objects.set(deploymentPath, trident(undefined, true));
      environment.record = emptyRecord;
    };
    const { blockers } = await planOf(arrange, { takeOver: true });
    assert.deepEqual(
      blockers.map(({ kind, remedy }) => [kind, inSettings(remedy).includes("`pulumi config set migrate false`")]),
      [["takeOver", true]],
    );
    const plan = await planOf(arrange, takeOver);
    assert.deepEqual(plan.blockers, []);
    assert.match(plan.risks.join("\n"), /a rollback is not possible any more/);
  });

  it("is refused together with a rollback, whose first half only the lost state knows", async () => {
    const { blockers } = await planOf(
      (environment) => migratedStack(environment).objects.set(deploymentPath, trident(undefined, true)),
      { takeOver: true, rollback: true },
    );
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["takeOver"],
    );
    assert.match(inSettings(blockers[0]?.remedy ?? ""), /`pulumi config rm rollback && pulumi up`/);
  });

  it("is no matter of the old Trident's own Deployment", async () => {
    const { world } = await planOf((environment) =>
      environment.objects.set(deploymentPath, legacyDeployment() as unknown as ServedObject),
    );
    assert.equal(world.hasObjects, false);
  });
});
