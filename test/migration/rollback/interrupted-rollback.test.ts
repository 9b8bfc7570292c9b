import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MigrationInterruptedError } from "../../../migration/lease/interruption.ts";
import { RollbackError } from "../../../migration/rollback/errors.ts";
import { rollBack } from "../../../migration/rollback/roll-back.ts";
import { requestRollback } from "../../../migration/rollback/request-rollback.ts";
import { RollbackScene, type RollbackStep } from "./rollback-scene.ts";

describe("a rollback that is interrupted", () => {
  for (const step of [
    "stopNewTrident",
    "openNewEtcd",
    "openEmbeddedEtcd",
    "takeSnapshot",
    "createOldTrident",
  ] as const) {
    it(`at ${step} has the new Trident serve again, and is finished by the next one`, async () => {
      const scene = changed();
      const state = scene.newEtcd.entries();
      const error = await interruptedAt(scene, step);
      assert.ok(error instanceof RollbackError);
      assert.equal(error.outcome, "newServes");
      assert.match(error.message, /it was interrupted\. The new Trident serves again/);
      assert.ok(scene.newTridentRuns && !scene.oldTridentRuns());
      assert.deepEqual([scene.sourcePod, scene.leases], [false, 0]);

      await rollBack(scene, ignore);
      assert.deepEqual(scene.embedded.entries(), state);
      assert.ok(scene.oldTridentRuns() && !scene.newTridentRuns);
    });
  }

  it("once the old Trident serves is ended all the same", async () => {
    const scene = changed();
    const state = scene.newEtcd.entries();
    const interruption = new AbortController();
    const wait = scene.waitUntilOldTridentServes.bind(scene);
    scene.waitUntilOldTridentServes = async (...parameters) => {
      await wait(...parameters);
      interruption.abort(new MigrationInterruptedError());
    };
    assert.equal((await rollBack(scene, ignore, interruption.signal))?.keys, 3);
    assert.deepEqual(scene.embedded.entries(), state);
    assert.deepEqual(scene.newEtcd.entries(), {});
    assert.ok(scene.oldTridentRuns());
  });

  it("leaves an old Trident alone that an earlier run had put back", async () => {
    const scene = changed();
    void scene.killedAt("waitUntilOldTridentServes", "before");
    void rollBack(scene, ignore);
    while (!scene.steps.includes("waitUntilOldTridentServes")) await new Promise(setImmediate);
    const error = await interruptedAt(scene, "findTrident");
    assert.ok(error instanceof RollbackError);
    assert.equal(error.outcome, "oldStands");
    assert.ok(scene.oldTridentRuns());
  });

  it("before it is asked for leaves the new Trident serving, and asks for nothing", async () => {
    const scene = changed();
    await scene.changeRecord({ rollback: null });
    scene.trident = { kind: "ours" };
    const interruption = new AbortController();
    scene.before("openEmbeddedEtcd", () => {
      interruption.abort(new MigrationInterruptedError());
    });
    await assert.rejects(requestRollback(scene, ignore, interruption.signal), /it was interrupted/);
    assert.deepEqual([scene.recorded.rollback, scene.sourcePod, scene.leases], [undefined, false, 0]);
  });
});

function changed(): RollbackScene {
  const scene = new RollbackScene();
  scene.newEtcd.put("/trident/v1/volume/c", "C");
  scene.newEtcd.remove("/trident/v1/volume/b");
  return scene;
}

async function interruptedAt(scene: RollbackScene, step: RollbackStep): Promise<unknown> {
  const interruption = new AbortController();
  scene.before(step, () => {
    interruption.abort(new MigrationInterruptedError());
  });
  try {
    await rollBack(scene, ignore, interruption.signal);
  } catch (error) {
    scene.before(step, () => undefined);
    return error;
  }
  return assert.fail("it ended well");
}

function ignore(): void {
  // The lines are of no interest.
}
