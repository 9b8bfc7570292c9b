import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import type { MigrationResult } from "../../../migration/record/migration-result.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { napsAt, sleepingRun, type Nap } from "../trident/port/sleeping-run.ts";
import { LeaseLostError } from "../../../migration/lease/held-lease.ts";
import { failureOf, ignore } from "./migration-scene.ts";

describe("a run whose machine sleeps while another one ends its migration", () => {
  let stepsOfRun: readonly string[] = [];

  before(async () => {
    const cluster = new FakeCluster();
    await runMigration(cluster, ignore);
    stepsOfRun = [...cluster.steps];
  });

  it("changes nothing once it is awake, whatever step it slept at", async () => {
    const naps = napsAt(stepsOfRun);
    assert.ok(naps.length > 40);
    for (const nap of naps) {
      const what = `asleep ${nap.when} step ${nap.index}, ${nap.step}`;
      const { outcome, changes, world, left } = await sleptThrough(nap);
      assert.deepEqual(changes, [], what);
      assert.deepEqual(stateOf(world), left, what);
      // Only where nothing was left to do there is nothing to fail at.
      if (nap.when === "after" && nap.index === stepsOfRun.length - 1) continue;
      assert.ok(outcome instanceof MigrationError, what);
      assert.equal(outcome.legacy, "leftToOther", what);
      assert.match(outcome.message, /another-host-1-00000000 holds it now/, what);
      assert.doesNotMatch(outcome.message, /no state is lost|serving again|Nothing was changed/, what);
    }
  });
});

describe("a migration whose Lease another one takes over", () => {
  it("stops nothing when that happens in the first pass", async () => {
    const cluster = new FakeCluster();
    cluster.before("changeRecord", () => {
      cluster.loseLease();
    });
    const error = await failureOf(cluster);
    assert.ok(causes(error).some((each) => each instanceof LeaseLostError));
    assert.ok(!cluster.steps.includes("stopLegacy"));
    assert.deepEqual(cluster.destination.entries(), {});
  });

  for (const step of ["stopLegacy", "openStoppedSource", "checkStillStopped"] as const) {
    it(`takes no further step and takes nothing back when that happens in ${step}`, async () => {
      const cluster = new FakeCluster();
      let [taken, state]: [number, unknown] = [0, undefined];
      cluster.before(step, () => {
        cluster.loseLease();
        [taken, state] = [cluster.steps.length, cluster.destination.entries()];
      });
      const error = await failureOf(cluster);
      assert.ok(
        causes(error).some((each) => each instanceof LeaseLostError),
        error.message,
      );
      assert.match(error.message, /another-host-1-00000000 holds it now/);
      assert.equal(error.legacy, "leftToOther");
      assert.deepEqual(cluster.steps.slice(taken), []);
      assert.deepEqual(cluster.destination.entries(), state);
      assert.equal(cluster.replicas(), 0);
    });
  }
});

describe("a run that loses the Lease and fails for another reason besides", () => {
  it("says of the loss, and who to ask", async () => {
    const cluster = new FakeCluster();
    cluster.before("openStoppedSource", () => {
      cluster.loseLease();
      cluster.failAt("openStoppedSource", new Error("what it waited for is gone"));
    });
    await assert.rejects(runMigration(cluster, ignore), (error: MigrationError) => {
      assert.match(error.message, /starting its etcd for the copy: This migration lost Lease trident-etcd-migration/);
      assert.match(
        error.message,
        /changes nothing any more.*kubectl --namespace trident get lease trident-etcd-migration/,
      );
      return true;
    });
  });
});

describe("a run whose Lease could not be renewed in time, and that nobody has taken meanwhile", () => {
  it("has it again, and puts the old Trident back", async () => {
    const cluster = new FakeCluster();
    const acquire = cluster.acquireLease.bind(cluster);
    cluster.acquireLease = async () => {
      const lease = await acquire();
      let regained = false;
      return {
        get signal() {
          return regained ? new AbortController().signal : lease.signal;
        },
        throwIfLost: () => {
          if (!regained) lease.throwIfLost();
        },
        regain: () => {
          regained = true;
          return Promise.resolve();
        },
        release: () => lease.release(),
      };
    };
    cluster.before("openStoppedSource", () => {
      cluster.loseLease();
    });
    await assert.rejects(runMigration(cluster, ignore), { name: "MigrationError", legacy: "restored" });
    assert.equal(cluster.replicas(), 1);
    assert.deepEqual(cluster.destination.entries(), {});
  });
});

async function sleptThrough(nap: Nap): Promise<{
  outcome: MigrationResult | Error;
  changes: readonly string[];
  world: FakeCluster;
  left: unknown;
}> {
  const world = new FakeCluster();
  const run = sleepingRun(world, nap);
  const running = runMigration(run.cluster, ignore).catch((error: unknown) => error as Error);
  await run.asleep;
  await runMigration(world, ignore);
  world.destination.put("/trident/v1/volume/new", "made by the new Trident");
  const left = stateOf(world);
  run.wake();
  return { outcome: await running, changes: run.changes, world, left };
}

function stateOf(world: FakeCluster): unknown {
  const { trident, recorded, sourcePod, newTrident, handedOver } = world;
  return structuredClone({
    ...{ trident, recorded, sourcePod, newTrident, handedOver },
    source: world.source.entries(),
    destination: world.destination.entries(),
  });
}

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
