import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { undoUnfinishedMigration } from "../../../migration/undo/undo-unfinished-migration.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { ignore, killedOnceItServed } from "../migrate/migration-scene.ts";

describe("the undo of a migration that did not end", () => {
  it("frees the old Trident's volume and removes the new one before it starts the old one", async () => {
    const scene = leftStopped();
    scene.before("removeSourcePod", () => {
      assert.equal(scene.leases, 1);
    });
    scene.before("restoreLegacy", () => {
      assert.deepEqual([scene.sourcePod, scene.newTrident, scene.handedOver], [false, false, false]);
    });
    const lines: string[] = [];
    await undoUnfinishedMigration(scene, (line) => lines.push(line));
    assert.match(lines.join("\n"), /had not ended.*serves again/s);
    assert.deepEqual([scene.replicas(), scene.leases], [1, 0]);
  });

  it("says so when the old Trident was at 0 replicas to begin with", async () => {
    const scene = leftStopped();
    scene.recorded = { ...scene.recorded, legacyReplicas: 0 };
    const lines: string[] = [];
    await undoUnfinishedMigration(scene, (line) => lines.push(line));
    assert.match(lines.join("\n"), /at 0 replicas, as it was/);
    assert.equal(scene.replicas(), 0);
  });

  it("leaves alone what was not stopped or is finished, but for what a killed run left behind", async () => {
    const scene = new FakeCluster();
    Object.assign(scene, { trident: { kind: "ours" }, sourcePod: true, newTrident: true });
    const { recorded } = scene;
    const lines: string[] = [];
    await undoUnfinishedMigration(scene, (line) => lines.push(line));
    assert.deepEqual([scene.trident, scene.sourcePod, scene.newTrident], [{ kind: "ours" }, false, false]);
    assert.deepEqual([scene.recorded, scene.destination.entries()], [recorded, {}]);
    assert.ok(!scene.steps.includes("acquireLease"));
    assert.deepEqual(lines, []);
  });

  it("never starts the old Trident while the new one may still run", async () => {
    const scene = leftStopped();
    scene.failAt("withdrawNewTrident", new Error("a pod is still there"));
    await assert.rejects(undoUnfinishedMigration(scene, ignore), /still there/);
    assert.deepEqual([scene.replicas(), scene.leases], [0, 0]);
  });

  it("touches nothing while the migration runs on without the command that started it", async () => {
    const scene = leftStopped();
    const before = stateOf(scene);
    scene.failAt("acquireLease", new Error("another migration is running"));
    await assert.rejects(undoUnfinishedMigration(scene, ignore), /is running/);
    assert.deepEqual(stateOf(scene), before);
  });
});

describe("the undo of a migration that was killed when the new Trident had come to serve", () => {
  const made = "/trident/v1/volume/new";
  for (const [step, when] of [
    ["saveSourceSnapshot", "after"],
    ["changeRecord", "before"],
    ["deleteLegacy", "before"],
  ] as const) {
    it(`${when} ${step}: puts the old one back with what the new one has written`, async () => {
      const scene = await killedOnceItServed(step, when);
      scene.destination.put(made, "precious");
      scene.destination.remove("/trident/v1/volume/b");
      const lines: string[] = [];
      await undoUnfinishedMigration(scene, (line) => lines.push(line));
      assert.equal(scene.source.entries()[made], "precious");
      assert.ok(!("/trident/v1/volume/b" in scene.source.entries()));
      assert.equal(scene.replicas(), 1);
      assert.equal(scene.newTrident, false);
      assert.equal(scene.sourcePod, false);
      assert.match(lines.join("\n"), /has written 2 keys.*Carried back: 2 keys.*serves again/s);
    });

    it(`${when} ${step}: stops, with the ways, when that can't be carried`, async () => {
      const scene = await killedOnceItServed(step, when);
      scene.destination.put(made, "precious");
      scene.failAt("openStoppedSource", new Error("the claim is in use"));
      await assert.rejects(undoUnfinishedMigration(scene, ignore), {
        name: "NewWritesAtRiskError",
        message: /written 1 key .*the claim is in use.*patch configmap trident-etcd-migration.*"discardedKeys":"1"/s,
      });
      assert.equal(scene.replicas(), 0);
      assert.ok(scene.newTrident);
      assert.equal(scene.destination.entries()[made], "precious");
    });

    it(`${when} ${step}: gives up what the record says, and no other amount`, async () => {
      const scene = await killedOnceItServed(step, when);
      scene.destination.put(made, "precious");
      scene.failAt("openStoppedSource", new Error("the claim is gone"));
      scene.recorded = { ...scene.recorded, discardedKeys: 2 };
      await assert.rejects(undoUnfinishedMigration(scene, ignore), /discardedKeys says 2/);
      scene.recorded = { ...scene.recorded, discardedKeys: 1 };
      await undoUnfinishedMigration(scene, ignore);
      assert.equal(scene.replicas(), 1);
      assert.ok(!(made in scene.source.entries()));
    });

    it(`${when} ${step}: stops while the old one, started by somebody, runs beside what the new one wrote`, async () => {
      const scene = await killedOnceItServed(step, when);
      scene.destination.put(made, "precious");
      const { trident } = scene;
      if (trident.kind !== "legacy") throw new Error("there is no old Trident");
      scene.trident = { kind: "legacy", legacy: { ...trident.legacy, replicas: 1, stoppedByMigration: false } };
      await assert.rejects(undoUnfinishedMigration(scene, ignore), /the old Trident runs/);
      assert.equal(scene.destination.entries()[made], "precious");
    });
  }

  it("does not need the old etcd when the new one wrote nothing", async () => {
    const scene = await killedOnceItServed("saveSourceSnapshot", "after");
    scene.failAt("openStoppedSource", new Error("not needed"));
    await undoUnfinishedMigration(scene, ignore);
    assert.equal(scene.replicas(), 1);
  });

  it("leaves a finished migration as it is", async () => {
    const scene = new FakeCluster();
    await runMigration(scene, ignore);
    scene.destination.put(made, "precious");
    scene.trident = { kind: "ours" };
    const before = { ...scene.recorded };
    await undoUnfinishedMigration(scene, ignore);
    assert.deepEqual(scene.recorded, before);
    assert.equal(scene.trident.kind, "ours");
    assert.equal(scene.destination.entries()[made], "precious");
  });
});

/** Stopped by a run that was killed, with its pod on the claim and a new Trident, of which a pod was even handed over. */
function leftStopped(): FakeCluster {
  const scene = new FakeCluster();
  scene.trident = { kind: "legacy", legacy: legacyTrident({ replicas: 0, stoppedByMigration: true }) };
  scene.recorded = { ...scene.recorded, phase: "stopped", legacyReplicas: 1 };
  return Object.assign(scene, { sourcePod: true, newTrident: true, handedOver: true, newTridentSince: 1n });
}

function stateOf({ trident, recorded, sourcePod, newTrident, newTridentStopped, handedOver }: FakeCluster): unknown {
  return structuredClone({ trident, recorded, sourcePod, newTrident, newTridentStopped, handedOver });
}
