import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { RollbackError } from "../../../migration/rollback/rollback.ts";
import { rollBack } from "../../../migration/rollback/roll-back.ts";
import { napsAt, sleepingRun } from "../trident/port/sleeping-run.ts";
import { changedSinceMigration, ignore } from "./rollback-scene.ts";
import type { FakeCluster } from "../trident/port/fake-cluster.ts";

describe("a rollback whose machine sleeps while another run ends it", () => {
  let stepsOfRun: readonly string[] = [];

  before(async () => {
    const scene = changedSinceMigration();
    await rollBack(scene, ignore);
    stepsOfRun = [...scene.steps];
  });

  it("changes nothing once it is awake, whatever step it slept at", async () => {
    const naps = napsAt(stepsOfRun);
    assert.ok(naps.length > 30);
    for (const nap of naps) {
      const what = `asleep ${nap.when} step ${nap.index}, ${nap.step}`;
      const scene = changedSinceMigration();
      const run = sleepingRun(scene, nap);
      const running = rollBack(run.cluster, ignore).catch((error: unknown) => error as Error);
      await run.asleep;
      await rollBack(scene, ignore);
      scene.source.put("/trident/v1/volume/new", "made by the old Trident");
      scene.destination.put("/trident/v1/volume/again", "of a later migration");
      const left = stateOf(scene);
      run.wake();
      const outcome = await running;
      assert.deepEqual(run.changes, [], what);
      assert.deepEqual(stateOf(scene), left, what);
      // Where nothing was left to do, or to roll back any more, there is nothing to fail at.
      if (!(outcome instanceof Error)) {
        assert.ok(nap.step === "findRecord" || nap.index === stepsOfRun.length - 1, what);
        continue;
      }
      assert.ok(outcome instanceof RollbackError || nap.step === "findRecord", `${what}: ${outcome.message}`);
      if (outcome instanceof RollbackError) {
        assert.equal(outcome.outcome, "leftToOther", what);
        assert.match(
          outcome.message,
          /another-host-1-00000000 holds it now.*up to the run that has the Lease now/,
          what,
        );
      }
    }
  });
});

function stateOf(scene: FakeCluster): unknown {
  const { trident, recorded, sourcePod, newTrident, handedOver } = scene;
  return structuredClone({
    ...{ trident, recorded, sourcePod, newTrident, handedOver },
    ...{ source: scene.source.entries(), destination: scene.destination.entries() },
  });
}
