import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { failureOf, ignore } from "./migration-scene.ts";

describe("a migration, until the new Trident serves", () => {
  it("starts it once all that changed is there, and records nothing before it serves", async () => {
    const cluster = new FakeCluster();
    cluster.before("stopLegacy", () => {
      cluster.source.put("/trident/v1/volume/a", "A2");
    });
    cluster.before("startNewTrident", () => {
      assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
      assert.equal(cluster.recorded.phase, "stopped");
      assert.equal(cluster.trident.kind, "legacy");
    });
    await runMigration(cluster, ignore);
    assert.equal(cluster.trident.kind, "absent");
    assert.equal(cluster.newTrident, false);
    assert.equal(cluster.steps.at(-1), "handOverNewTrident");
  });

  it("puts the old one back when it does not come to serve, and completes with one that does", async () => {
    const cluster = new FakeCluster();
    cluster.failAt("startNewTrident", new Error("it keeps ending"));
    const error = await failureOf(cluster);
    assert.match(error.message, /while starting the new Trident: it keeps ending.*old Trident is serving again/);
    assert.equal(cluster.replicas(), 1);
    assert.deepEqual(cluster.destination.entries(), {});
    assert.ok(!cluster.steps.includes("deleteLegacy"));

    cluster.healAt("startNewTrident");
    await runMigration(cluster, ignore);
    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
  });

  it("withdraws one that a killed run left before it served, before it copies anything", async () => {
    const cluster = new FakeCluster();
    cluster.newTridentHasServed = false;
    const dead = cluster.killedAt("startNewTrident", "after");
    void runMigration(cluster, ignore);
    await dead;
    assert.ok(cluster.newTrident);
    cluster.before("openStoppedSource", () => {
      assert.equal(cluster.newTrident, false);
    });
    await runMigration(cluster, ignore);
    assert.equal(cluster.recorded.phase, "copied");
  });
});

describe("a migration, once the new Trident serves", () => {
  for (const step of ["deleteLegacy", "handOverNewTrident"] as const) {
    it(`puts nothing back when ${step} fails, and is ended by the next run without a copy`, async () => {
      const cluster = new FakeCluster();
      cluster.failAt(step, new Error("the API server is away"));
      const error = await failureOf(cluster);
      assert.equal(error.legacy, "superseded");
      assert.match(error.message, /the API server is away.*nothing is taken back.*next `pulumi up`/);
      assert.ok(cluster.newTrident);
      assert.equal(cluster.replicas(), 0);

      cluster.healAt(step);
      cluster.steps.length = 0;
      const result = await runMigration(cluster, ignore);
      assert.equal(result.keys, 3);
      assert.equal(cluster.trident.kind, "absent");
      assert.equal(cluster.newTrident, false);
      assert.ok(!cluster.steps.includes("openStoppedSource"));
      assert.ok(!cluster.steps.includes("startNewTrident"));
    });
  }

  it("is ended by the next run when it was killed", async () => {
    for (const when of ["before", "after"] as const) {
      const cluster = new FakeCluster();
      const dead = cluster.killedAt("deleteLegacy", when);
      void runMigration(cluster, ignore);
      await dead;
      cluster.steps.length = 0;
      assert.equal((await runMigration(cluster, ignore)).keys, 3);
      assert.equal(cluster.trident.kind, "absent");
      assert.equal(cluster.newTrident, false);
      assert.ok(!cluster.steps.includes("withdrawNewTrident"));
    }
  });
});
