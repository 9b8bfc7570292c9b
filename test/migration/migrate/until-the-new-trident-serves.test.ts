import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration-error.ts";
import { FakeEnvironment } from "./fake-environment.ts";

describe("a migration, until the new Trident serves", () => {
  it("starts it once all that changed is there, and records nothing before it serves", async () => {
    const environment = new FakeEnvironment();
    environment.before("stopLegacy", () => {
      environment.source.put("/trident/v1/volume/a", "A2");
    });
    environment.before("startNewTrident", () => {
      assert.deepEqual(environment.destination.entries(), environment.source.entries());
      assert.equal(environment.recorded.phase, "stopped");
      assert.equal(environment.trident.kind, "legacy");
    });
    await runMigration(environment, ignore);
    assert.equal(environment.trident.kind, "absent");
    assert.equal(environment.newTrident, false);
    assert.equal(environment.steps.at(-1), "handOverNewTrident");
  });

  it("puts the old one back when it does not come to serve, and completes with one that does", async () => {
    const environment = new FakeEnvironment();
    environment.failAt("startNewTrident", new Error("it keeps ending"));
    const error = await failure(environment);
    assert.match(error.message, /while starting the new Trident: it keeps ending.*old Trident is serving again/);
    assert.equal(environment.replicas(), 1);
    assert.deepEqual(environment.destination.entries(), {});
    assert.ok(!environment.steps.includes("deleteLegacy"));

    environment.healAt("startNewTrident");
    await runMigration(environment, ignore);
    assert.deepEqual(environment.destination.entries(), environment.source.entries());
  });

  it("withdraws one that a killed run left before it served, before it copies anything", async () => {
    const environment = new FakeEnvironment();
    environment.newTridentHasServed = false;
    const dead = environment.killedAt("startNewTrident", "after");
    void runMigration(environment, ignore);
    await dead;
    assert.ok(environment.newTrident);
    environment.before("openStoppedSource", () => {
      assert.equal(environment.newTrident, false);
    });
    await runMigration(environment, ignore);
    assert.equal(environment.recorded.phase, "copied");
  });
});

describe("a migration, once the new Trident serves", () => {
  for (const step of ["deleteLegacy", "handOverNewTrident"] as const) {
    it(`puts nothing back when ${step} fails, and is ended by the next run without a copy`, async () => {
      const environment = new FakeEnvironment();
      environment.failAt(step, new Error("the API server is away"));
      const error = await failure(environment);
      assert.equal(error.legacy, "superseded");
      assert.match(error.message, /the API server is away.*nothing is taken back.*next `pulumi up`/);
      assert.ok(environment.newTrident);
      assert.equal(environment.replicas(), 0);

      environment.healAt(step);
      environment.steps.length = 0;
      const result = await runMigration(environment, ignore);
      assert.equal(result.keys, 3);
      assert.equal(environment.trident.kind, "absent");
      assert.equal(environment.newTrident, false);
      assert.ok(!environment.steps.includes("openStoppedSource"));
      assert.ok(!environment.steps.includes("startNewTrident"));
    });
  }

  it("is ended by the next run when it was killed", async () => {
    for (const when of ["before", "after"] as const) {
      const environment = new FakeEnvironment();
      const dead = environment.killedAt("deleteLegacy", when);
      void runMigration(environment, ignore);
      await dead;
      environment.steps.length = 0;
      assert.equal((await runMigration(environment, ignore)).keys, 3);
      assert.equal(environment.trident.kind, "absent");
      assert.equal(environment.newTrident, false);
      assert.ok(!environment.steps.includes("withdrawNewTrident"));
    }
  });
});

async function failure(environment: FakeEnvironment): Promise<MigrationError> {
  try {
    await runMigration(environment, ignore);
  } catch (error) {
    assert.ok(error instanceof MigrationError, String(error));
    return error;
  }
  throw new Error("the migration succeeded");
}

function ignore(): void {
  // What is said is another test's business.
}
