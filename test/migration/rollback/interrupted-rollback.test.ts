import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MigrationInterruptedError } from "../../../migration/lease/interruption.ts";
import { RollbackError } from "../../../migration/rollback/rollback.ts";
import { rollBack } from "../../../migration/rollback/roll-back.ts";
import { requestRollback } from "../../../migration/rollback/request-rollback.ts";
import { changedSinceMigration, ignore } from "./rollback-scene.ts";
import type { Step } from "../trident/port/failing-steps.ts";
import type { FakeCluster } from "../trident/port/fake-cluster.ts";

describe("a rollback that is interrupted", () => {
  for (const step of [
    "stopNewTrident",
    "openDestination",
    "openStoppedSource",
    "saveDestinationSnapshot",
    "recreateLegacy",
  ] as const) {
    it(`at ${step} has the new Trident serve again, and is finished by the next one`, async () => {
      const scene = changedSinceMigration();
      const state = scene.destination.entries();
      const error = await interruptedAt(scene, step);
      assert.ok(error instanceof RollbackError);
      assert.equal(error.outcome, "newServes");
      assert.match(error.message, /it was interrupted\. The new Trident serves again/);
      assert.ok(scene.newRuns() && scene.replicas() === 0);
      assert.deepEqual([scene.sourcePod, scene.leases], [false, 0]);

      await rollBack(scene, ignore);
      assert.deepEqual(scene.source.entries(), state);
      assert.ok(scene.replicas() > 0 && !scene.newRuns());
    });
  }

  it("once the old Trident serves is ended all the same", async () => {
    const scene = changedSinceMigration();
    const state = scene.destination.entries();
    const interruption = new AbortController();
    const wait = scene.waitUntilLegacyServes.bind(scene);
    scene.waitUntilLegacyServes = async (...parameters) => {
      await wait(...parameters);
      interruption.abort(new MigrationInterruptedError());
    };
    assert.equal((await rollBack(scene, ignore, interruption.signal))?.keys, 3);
    assert.deepEqual(scene.source.entries(), state);
    assert.deepEqual(scene.destination.entries(), {});
    assert.ok(scene.replicas() > 0);
  });

  it("leaves an old Trident alone that an earlier run had put back", async () => {
    const scene = changedSinceMigration();
    void scene.killedAt("waitUntilLegacyServes", "before");
    void rollBack(scene, ignore);
    while (!scene.steps.includes("waitUntilLegacyServes")) await new Promise(setImmediate);
    const error = await interruptedAt(scene, "findTrident");
    assert.ok(error instanceof RollbackError);
    assert.equal(error.outcome, "legacyStands");
    assert.ok(scene.replicas() > 0);
  });

  it("before it is asked for leaves the new Trident serving, and asks for nothing", async () => {
    const scene = changedSinceMigration();
    await scene.changeRecord({ rollback: null });
    scene.trident = { kind: "ours" };
    const interruption = new AbortController();
    scene.before("openStoppedSource", () => {
      interruption.abort(new MigrationInterruptedError());
    });
    await assert.rejects(requestRollback(scene, ignore, interruption.signal), /it was interrupted/);
    assert.deepEqual([scene.recorded.rollback, scene.sourcePod, scene.leases], [undefined, false, 0]);
  });
});

async function interruptedAt(scene: FakeCluster, step: Step): Promise<unknown> {
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
