import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestRollback, withdrawRequest } from "../../../migration/rollback/request-rollback.ts";
import { ignore, migratedCluster } from "./rollback-scene.ts";
import type { FakeCluster } from "../trident/port/fake-cluster.ts";

describe("the request for a rollback", () => {
  it("is recorded with the new Trident as it runs, after a look at the embedded etcd", async () => {
    const scene = serving();
    await requestRollback(scene, ignore);
    assert.equal(scene.recorded.rollback, "requested");
    assert.equal(scene.recorded.newTrident, '{"as":"it runs"}');
    assert.ok(scene.source.closed);
    assert.equal(scene.sourcePod, false);
    assert.ok(scene.newRuns());
    assert.equal(scene.leases, 0);
  });

  it("is refused while the new Trident serves when something has written to the embedded etcd", async () => {
    const scene = serving();
    scene.source.put("/trident/v1/volume/meanwhile", "M");
    await assert.rejects(requestRollback(scene, ignore), { name: "LegacyEtcdWrittenError" });
    assert.equal(scene.recorded.rollback, undefined);
    assert.equal(scene.sourcePod, false);
    assert.ok(scene.newRuns());
    assert.equal(scene.leases, 0);
  });

  it("is refused while the new Trident serves when no snapshot could be kept", async () => {
    const scene = serving();
    scene.failAt("prepareSnapshot", new Error("read-only"));
    await assert.rejects(requestRollback(scene, ignore), /read-only/);
    assert.equal(scene.recorded.rollback, undefined);
    assert.ok(!scene.steps.includes("openStoppedSource"));
    assert.equal(scene.leases, 0);
  });

  it("is refused while the new Trident serves when an image of the old one can't be pulled any more", async () => {
    const scene = serving();
    scene.failAt("pullLegacyImages", new Error("manifest unknown"));
    await assert.rejects(requestRollback(scene, ignore), /manifest unknown/);
    assert.equal(scene.recorded.rollback, undefined);
    assert.equal(scene.sourcePod, false);
    assert.ok(scene.newRuns());
    assert.equal(scene.leases, 0);
  });

  it("pulls no images of an old Trident that was at 0 replicas", async () => {
    const scene = serving();
    scene.recorded = { ...scene.recorded, legacyReplicas: 0 };
    await requestRollback(scene, ignore);
    assert.ok(!scene.steps.includes("pullLegacyImages"));
  });

  it("keeps how the new Trident ran when that is gone by now", async () => {
    const scene = serving();
    scene.trident = { kind: "absent" };
    await requestRollback(scene, ignore);
    assert.equal(scene.recorded.rollback, "requested");
    assert.equal(scene.recorded.newTrident, "{}");
  });

  it("does nothing where no migration has ended", async () => {
    const scene = serving();
    await scene.changeRecord({ phase: null });
    await requestRollback(scene, ignore);
    assert.equal(scene.recorded.rollback, undefined);
  });

  it("does not touch the etcd of an old Trident that an earlier run has put back", async () => {
    const scene = serving();
    Object.assign(scene, { handedOver: false, trident: { kind: "absent" } });
    await scene.recreateLegacy();
    await requestRollback(scene, ignore);
    assert.ok(!scene.steps.includes("openStoppedSource"));
    assert.equal(scene.recorded.rollback, "requested");
  });

  it("is taken back, with a pod that was left removed", async () => {
    const scene = migratedCluster();
    scene.sourcePod = true;
    await withdrawRequest(scene);
    assert.equal(scene.recorded.rollback, undefined);
    assert.equal(scene.sourcePod, false);
  });
});

/** Before the request. */
function serving(): FakeCluster {
  const scene = migratedCluster();
  const { rollback, ...recorded } = scene.recorded;
  assert.equal(rollback, "requested");
  scene.recorded = recorded;
  scene.trident = { kind: "ours" };
  scene.handedOver = true;
  return scene;
}
