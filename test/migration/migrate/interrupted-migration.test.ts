import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { interruptible, MigrationInterruptedError } from "../../../migration/lease/interruption.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { failureOf, ignore } from "./migration-scene.ts";

describe("a migration that is interrupted", () => {
  for (const step of ["checkLegacyImage", "pullNewImage", "changeRecord"] as const) {
    it(`at ${step}, before the stop, stops nothing and leaves no key`, async () => {
      const cluster = new FakeCluster();
      const error = await interruptedAt(cluster, step);
      assert.match(error.message, /it was interrupted\. Nothing was changed/);
      assert.equal(error.legacy, "untouched");
      assert.ok(!cluster.steps.includes("stopLegacy"));
      assertNothingIsLeft(cluster);
    });
  }

  for (const step of ["stopLegacy", "openStoppedSource"] as const) {
    it(`at ${step}, in the outage, puts the old Trident back and leaves no key`, async () => {
      const cluster = new FakeCluster();
      const error = await interruptedAt(cluster, step);
      assert.match(error.message, /it was interrupted\. The old Trident is serving again/);
      assert.equal(cluster.replicas(), 1);
      assert.equal(cluster.recorded.phase, undefined);
      assertNothingIsLeft(cluster);
      assert.equal((await runMigration(cluster, ignore)).keys, 3);
    });
  }

  for (const step of ["saveSourceSnapshot", "deleteLegacy"] as const) {
    it(`at ${step}, once the new Trident serves, is ended all the same`, async () => {
      const cluster = new FakeCluster();
      const interruption = new AbortController();
      cluster.before(step, () => {
        interruption.abort(new MigrationInterruptedError());
      });
      assert.equal((await runMigration(cluster, ignore, interruption.signal)).keys, 3);
      assert.equal(cluster.trident.kind, "absent");
      assert.equal(cluster.leases, 0);
    });
  }

  it("puts an old Trident back that an earlier run had left stopped", async () => {
    const cluster = new FakeCluster();
    const dead = cluster.killedAt("openStoppedSource", "before");
    void runMigration(cluster, ignore);
    await dead;
    const error = await interruptedAt(cluster, "openStoppedSource");
    assert.equal(error.legacy, "restored");
    assert.equal(cluster.replicas(), 1);
  });
});

describe("a Lease whose run can be interrupted", () => {
  it("stops the run for whichever comes: the loss or the interruption", () => {
    for (const cause of ["loss", "interruption"] as const) {
      const controllers = { loss: new AbortController(), interruption: new AbortController() };
      const throwIfLost = () => {
        controllers.loss.signal.throwIfAborted();
      };
      const held = { signal: controllers.loss.signal, throwIfLost, release: () => Promise.resolve() };
      const lease = interruptible(held, controllers.interruption.signal);
      lease.throwIfLost();
      const reason = new Error(cause);
      controllers[cause].abort(reason);
      assert.equal(lease.signal.reason, reason);
      assert.throws(() => {
        lease.throwIfLost();
      }, reason);
    }
  });
});

async function interruptedAt(
  cluster: FakeCluster,
  step: Parameters<FakeCluster["before"]>[0],
): Promise<MigrationError> {
  const interruption = new AbortController();
  cluster.before(step, () => {
    interruption.abort(new MigrationInterruptedError());
  });
  const error = await failureOf(cluster, interruption.signal);
  assert.ok(interruption.signal.aborted);
  return error;
}

function assertNothingIsLeft(cluster: FakeCluster): void {
  assert.deepEqual(cluster.destination.entries(), {});
  assert.equal(cluster.recorded.firstPass, undefined);
  assert.equal(cluster.sourcePod, false);
  assert.equal(cluster.leases, 0);
}
