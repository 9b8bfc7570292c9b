import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import type { DeploymentFinding, LegacyTrident } from "../../../migration/trident/legacy/legacy-trident.ts";
import { undoUnfinishedMigration, type UndoEnvironment } from "../../../migration/undo/undo-unfinished-migration.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { FakeEnvironment } from "../migrate/fake-environment.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";

const stopped = legacyTrident({ replicas: 0, stoppedByMigration: true });

describe("the undo of a migration that did not end", () => {
  it("frees the old Trident's volume and removes the new one before it starts the old one", async () => {
    const { steps, lines } = await undo(stopped, 1);
    assert.deepEqual(steps, [
      "acquireLease",
      "removeSourcePod",
      "findNewTrident",
      "withdrawNewTrident",
      "removeHandedOver",
      "restoreLegacy",
      "release",
    ]);
    assert.match(lines.join("\n"), /had not ended.*serves again/s);
  });

  it("says so when the old Trident was at 0 replicas to begin with", async () => {
    assert.match((await undo(stopped, 0)).lines.join("\n"), /at 0 replicas, as it was/);
  });

  it("leaves alone what was not stopped or is finished, but for what a killed run left behind", async () => {
    const { steps, lines } = await undo(undefined, 1);
    assert.deepEqual(steps, ["removeSourcePod", "withdrawNewTrident", "removeHandedOver"]);
    assert.deepEqual(lines, []);
  });

  it("never starts the old Trident while the new one may still run", async () => {
    const steps: string[] = [];
    const environment = environmentWith(steps, stopped, 1);
    const withdrawNewTrident = (): Promise<void> => Promise.reject(new Error("a pod is still there"));
    await assert.rejects(
      undoUnfinishedMigration({ ...environment, withdrawNewTrident }, () => undefined),
      /still there/,
    );
    assert.ok(!steps.includes("restoreLegacy"));
    assert.ok(steps.includes("release"));
  });

  it("touches nothing while the migration runs on without the command that started it", async () => {
    const steps: string[] = [];
    const environment = environmentWith(steps, stopped, 1);
    const acquireLease = (): Promise<never> => Promise.reject(new Error("another migration is running"));
    await assert.rejects(
      undoUnfinishedMigration({ ...environment, acquireLease }, () => undefined),
      /is running/,
    );
    assert.deepEqual(steps, []);
  });
});

describe("the undo of a migration that was killed when the new Trident had come to serve", () => {
  const made = "/trident/v1/volume/new";
  for (const [step, when] of [
    ["takeSnapshot", "after"],
    ["changeRecord", "before"],
    ["deleteLegacy", "before"],
  ] as const) {
    it(`${when} ${step}: puts the old one back with what the new one has written`, async () => {
      const scene = await killedOnceItServed(step, when);
      scene.destination.put(made, "precious");
      scene.destination.remove("/trident/v1/volume/b");
      const lines: string[] = [];
      await undoUnfinishedMigration(undoIn(scene), (line) => lines.push(line));
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
      await assert.rejects(undoUnfinishedMigration(undoIn(scene), ignore), {
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
      await assert.rejects(undoUnfinishedMigration(undoIn(scene), ignore), /discardedKeys says 2/);
      scene.recorded = { ...scene.recorded, discardedKeys: 1 };
      await undoUnfinishedMigration(undoIn(scene), ignore);
      assert.equal(scene.replicas(), 1);
      assert.ok(!(made in scene.source.entries()));
    });

    it(`${when} ${step}: stops while the old one, started by somebody, runs beside what the new one wrote`, async () => {
      const scene = await killedOnceItServed(step, when);
      scene.destination.put(made, "precious");
      const { trident } = scene;
      if (trident.kind !== "legacy") throw new Error("there is no old Trident");
      scene.trident = { kind: "legacy", legacy: { ...trident.legacy, replicas: 1, stoppedByMigration: false } };
      await assert.rejects(undoUnfinishedMigration(undoIn(scene), ignore), /the old Trident runs/);
      assert.equal(scene.destination.entries()[made], "precious");
    });
  }

  it("does not need the old etcd when the new one wrote nothing", async () => {
    const scene = await killedOnceItServed("takeSnapshot", "after");
    scene.failAt("openStoppedSource", new Error("not needed"));
    await undoUnfinishedMigration(undoIn(scene), ignore);
    assert.equal(scene.replicas(), 1);
  });

  it("leaves a finished migration as it is", async () => {
    const scene = new FakeEnvironment();
    await runMigration(scene, ignore);
    scene.destination.put(made, "precious");
    scene.trident = { kind: "ours" };
    const before = { ...scene.recorded };
    await undoUnfinishedMigration(undoIn(scene), ignore);
    assert.deepEqual(scene.recorded, before);
    assert.equal(scene.trident.kind, "ours");
    assert.equal(scene.destination.entries()[made], "precious");
  });
});

/** The same cluster, as an undo sees it. */
function undoIn(scene: FakeEnvironment): UndoEnvironment {
  const { namespace, record, range } = scene;
  return {
    ...{ namespace, record, range, legacyEtcdContainer: "etcd" },
    findTrident: () => scene.findTrident(),
    findRecord: () => scene.readRecord(),
    changeRecord: (change) => scene.changeRecord(change),
    acquireLease: () => scene.acquireLease(),
    findNewTrident: () => scene.findNewTrident(),
    stopNewTrident: () => scene.stopNewTrident(),
    withdrawNewTrident: () => scene.withdrawNewTrident(),
    openDestination: () => scene.openDestination(),
    openStoppedSource: () => scene.openStoppedSource(),
    removeSourcePod: () => scene.removeSourcePod(),
    removeHandedOver: () => Promise.resolve(),
    restoreLegacy: (legacy) => scene.restoreLegacy(legacy),
  };
}

async function killedOnceItServed(...[step, when]: Parameters<FakeEnvironment["killedAt"]>): Promise<FakeEnvironment> {
  const scene = new FakeEnvironment();
  const { promise: dead, resolve } = Promise.withResolvers<undefined>();
  scene.before("startNewTrident", () => {
    void scene.killedAt(step, when).then(() => {
      resolve(undefined);
    });
  });
  void runMigration(scene, ignore);
  await dead;
  return scene;
}

function ignore(): void {
  // What is said is looked at where it matters.
}

async function undo(left: LegacyTrident | undefined, replicas: number): Promise<{ steps: string[]; lines: string[] }> {
  const steps: string[] = [];
  const lines: string[] = [];
  await undoUnfinishedMigration(environmentWith(steps, left, replicas), (line) => lines.push(line));
  return { steps, lines };
}

function environmentWith(steps: string[], left: LegacyTrident | undefined, replicas: number): UndoEnvironment {
  const take = <T>(step: string, result: T): Promise<T> => {
    steps.push(step);
    return Promise.resolve(result);
  };
  const found: DeploymentFinding = left === undefined ? { kind: "ours" } : { kind: "legacy", legacy: left };
  return {
    ...{ namespace: "trident", record: "record", legacyEtcdContainer: "etcd", range: keyPrefix("/trident/") },
    findTrident: () => Promise.resolve(found),
    findRecord: () => Promise.resolve(undefined),
    changeRecord: () => take("changeRecord", undefined),
    acquireLease: () =>
      take("acquireLease", {
        signal: new AbortController().signal,
        throwIfLost: () => undefined,
        release: () => take("release", undefined),
      }),
    findNewTrident: () => take("findNewTrident", undefined),
    stopNewTrident: () => take("stopNewTrident", undefined),
    withdrawNewTrident: () => take("withdrawNewTrident", undefined),
    openDestination: () => Promise.reject(new Error("not needed")),
    openStoppedSource: () => Promise.reject(new Error("not needed")),
    removeSourcePod: () => take("removeSourcePod", undefined),
    removeHandedOver: () => take("removeHandedOver", undefined),
    restoreLegacy: () => take("restoreLegacy", replicas),
  };
}
