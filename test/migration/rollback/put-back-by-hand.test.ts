import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { requestRollback } from "../../../migration/rollback/request-rollback.ts";
import { rollBack } from "../../../migration/rollback/roll-back.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { migratedCluster } from "./rollback-scene.ts";
import type { FakeCluster } from "../trident/port/fake-cluster.ts";

describe("a rollback to an old Trident that somebody put back by hand", () => {
  let scene: FakeCluster;

  beforeEach(async () => {
    scene = migratedCluster();
    scene.trident = { kind: "legacy", legacy: legacyTrident() };
    scene.destination.put("/trident/v1/volume/new", "given up");
    const { rollback, ...asked } = scene.recorded;
    assert.equal(rollback, "requested");
    scene.recorded = asked;
    await requestRollback(scene, () => undefined);
    // Pulumi takes the Deployment for the new Trident's.
    scene.trident = { kind: "absent" };
  });

  it("makes it anew as it was, and writes nothing to its etcd", async () => {
    scene.snapshotPath = "snapshots/new.db";
    const before = { ...scene.source.entries(), "/trident/v1/volume/restored": "of the user" };
    scene.source.put("/trident/v1/volume/restored", "of the user");
    const ended = await rollBack(scene, () => undefined);
    assert.ok(scene.replicas() > 0);
    assert.deepEqual(scene.source.entries(), before);
    assert.ok(!scene.steps.includes("openStoppedSource"));
    assert.equal(ended?.snapshot, "snapshots/new.db");
    assert.deepEqual(scene.destination.entries(), {});
    assert.equal(scene.recorded.phase, undefined);
    assert.ok(scene.recorded.rolledBack !== undefined);
  });

  for (const [step, when] of [
    ["saveDestinationSnapshot", "after"],
    ["changeRecord", "after"],
    ["recreateLegacy", "before"],
    ["recreateLegacy", "after"],
  ] as const) {
    it(`killed ${when} ${step}, is finished by the next run, which writes nothing to its etcd either`, async () => {
      const before = scene.source.entries();
      const dead = scene.killedAt(step, when);
      void rollBack(scene, () => undefined);
      await dead;
      scene.destination.put("/other/key", "by somebody else");
      await rollBack(scene, () => undefined);
      assert.ok(scene.replicas() > 0);
      assert.deepEqual(scene.source.entries(), before);
      assert.deepEqual(Object.keys(scene.destination.entries()), ["/other/key"]);
    });
  }
});
