import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestRollback, takeBackRequest } from "../../../migration/rollback/request-rollback.ts";
import { RollbackScene } from "./rollback-scene.ts";

describe("the request for a rollback", () => {
  it("is recorded with the new Trident as it runs, after a look at the embedded etcd", async () => {
    const scene = serving();
    await requestRollback(scene, ignore);
    assert.equal(scene.recorded.rollback, "requested");
    assert.equal(scene.recorded.newTrident, '{"as":"it runs"}');
    assert.ok(scene.embedded.closed);
    assert.equal(scene.sourcePod, false);
    assert.ok(scene.newTridentRuns);
    assert.equal(scene.leases, 0);
  });

  it("is refused while the new Trident serves when something has written to the embedded etcd", async () => {
    const scene = serving();
    scene.embedded.put("/trident/v1/volume/meanwhile", "M");
    await assert.rejects(requestRollback(scene, ignore), { name: "EmbeddedEtcdWrittenError" });
    assert.equal(scene.recorded.rollback, undefined);
    assert.equal(scene.sourcePod, false);
    assert.ok(scene.newTridentRuns);
    assert.equal(scene.leases, 0);
  });

  it("is refused while the new Trident serves when no snapshot could be kept", async () => {
    const scene = serving();
    scene.failAt("prepareSnapshot", new Error("read-only"));
    await assert.rejects(requestRollback(scene, ignore), /read-only/);
    assert.equal(scene.recorded.rollback, undefined);
    assert.ok(!scene.steps.includes("openEmbeddedEtcd"));
    assert.equal(scene.leases, 0);
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
    scene.newTridentRuns = false;
    await scene.createOldTrident();
    await requestRollback(scene, ignore);
    assert.ok(!scene.steps.includes("openEmbeddedEtcd"));
    assert.equal(scene.recorded.rollback, "requested");
  });

  it("is taken back, with a pod that was left removed", async () => {
    const scene = new RollbackScene();
    scene.sourcePod = true;
    await takeBackRequest(scene);
    assert.equal(scene.recorded.rollback, undefined);
    assert.equal(scene.sourcePod, false);
  });
});

/** Before the request. */
function serving(): RollbackScene {
  const scene = new RollbackScene();
  const { rollback, ...recorded } = scene.recorded;
  assert.equal(rollback, "requested");
  scene.recorded = recorded;
  scene.trident = { kind: "ours" };
  scene.newTridentRuns = true;
  return scene;
}

function ignore(): void {
  // The lines are of no interest.
}
