import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { interruptible, MigrationInterruptedError } from "../../../migration/lease/interruption.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration-error.ts";
import { FakeEnvironment } from "./fake-environment.ts";

describe("a migration that is interrupted", () => {
  for (const step of ["checkLegacyImage", "changeRecord"] as const) {
    it(`at ${step}, before the stop, stops nothing and leaves no key`, async () => {
      const environment = new FakeEnvironment();
      const error = await interruptedAt(environment, step);
      assert.match(error.message, /it was interrupted\. Nothing was changed/);
      assert.equal(error.legacy, "untouched");
      assert.ok(!environment.steps.includes("stopLegacy"));
      assertNothingIsLeft(environment);
    });
  }

  for (const step of ["stopLegacy", "openStoppedSource"] as const) {
    it(`at ${step}, in the outage, puts the old Trident back and leaves no key`, async () => {
      const environment = new FakeEnvironment();
      const error = await interruptedAt(environment, step);
      assert.match(error.message, /it was interrupted\. The old Trident is serving again/);
      assert.equal(environment.replicas(), 1);
      assert.equal(environment.recorded.phase, undefined);
      assertNothingIsLeft(environment);
      assert.equal((await runMigration(environment, ignore)).keys, 3);
    });
  }

  for (const step of ["takeSnapshot", "deleteLegacy"] as const) {
    it(`at ${step}, once the new Trident serves, is ended all the same`, async () => {
      const environment = new FakeEnvironment();
      const interruption = new AbortController();
      environment.before(step, () => {
        interruption.abort(new MigrationInterruptedError());
      });
      assert.equal((await runMigration(environment, ignore, interruption.signal)).keys, 3);
      assert.equal(environment.trident.kind, "absent");
      assert.equal(environment.leases, 0);
    });
  }

  it("puts an old Trident back that an earlier run had left stopped", async () => {
    const environment = new FakeEnvironment();
    const dead = environment.killedAt("openStoppedSource", "before");
    void runMigration(environment, ignore);
    await dead;
    const error = await interruptedAt(environment, "openStoppedSource");
    assert.equal(error.legacy, "restored");
    assert.equal(environment.replicas(), 1);
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
  environment: FakeEnvironment,
  step: Parameters<FakeEnvironment["before"]>[0],
): Promise<MigrationError> {
  const interruption = new AbortController();
  environment.before(step, () => {
    interruption.abort(new MigrationInterruptedError());
  });
  try {
    await runMigration(environment, ignore, interruption.signal);
  } catch (error) {
    assert.ok(error instanceof MigrationError, String(error));
    assert.ok(interruption.signal.aborted);
    return error;
  }
  return assert.fail("the migration succeeded");
}

function assertNothingIsLeft(environment: FakeEnvironment): void {
  assert.deepEqual(environment.destination.entries(), {});
  assert.equal(environment.recorded.firstPass, undefined);
  assert.equal(environment.sourcePod, false);
  assert.equal(environment.leases, 0);
}

function ignore(): void {
  // What is said is another test's business.
}
