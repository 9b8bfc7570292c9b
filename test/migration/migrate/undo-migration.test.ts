import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CopyMismatchError } from "../../../migration/copy/errors.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { LegacyTridentChangedError } from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { isBlockedBy } from "../../../migration/blockers/blocker.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { failureOf, ignore } from "./migration-scene.ts";

describe("a migration that fails after the stop", () => {
  for (const step of [
    "stopLegacy",
    "openStoppedSource",
    "saveSourceSnapshot",
    "checkStillStopped",
    "startNewTrident",
    "changeRecord",
  ] as const) {
    it(`puts the old Trident back and removes what it copied when ${step} fails`, async () => {
      const cluster = new FakeCluster();
      failAfterStop(cluster, step);

      const error = await failureOf(cluster);

      assert.match(error.message, /the reason.*serving again/);
      assert.equal(error.legacy, "restored");
      assert.equal(cluster.replicas(), 1);
      assert.equal(cluster.sourcePod, false);
      assert.deepEqual(cluster.destination.entries(), {});
      assert.equal(cluster.recorded.phase, undefined);
      assert.equal(cluster.leases, 0);
    });

    it(`completes at the next call after ${step} had failed`, async () => {
      const cluster = new FakeCluster();
      failAfterStop(cluster, step);
      await failureOf(cluster);
      cluster.healAt(step);
      assert.equal((await runMigration(cluster, ignore)).keys, 3);
      assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
    });
  }

  it("raises no success when a foreign key appears in the destination during the copy", async () => {
    const cluster = new FakeCluster();
    const { destination } = cluster;
    const createAll = destination.createAll.bind(destination);
    destination.createAll = (entries) => {
      destination.put("/trident/v1/volume/foreign", "X");
      return createAll(entries);
    };

    const error = await failureOf(cluster);

    assert.ok(error.cause instanceof CopyMismatchError);
    assert.match(error.message, /\/trident\/v1\/volume\/foreign.*Nothing was changed/s);
    assert.deepEqual(destination.entries(), { "/trident/v1/volume/foreign": "X" });
    assert.equal(cluster.replicas(), 1);
  });

  it("raises no success when somebody starts the old Trident during the copy", async () => {
    const cluster = new FakeCluster();
    cluster.before("checkStillStopped", () => {
      cluster.trident = { kind: "legacy", legacy: legacyTrident() };
    });
    const error = await failureOf(cluster);
    assert.ok(error.cause instanceof LegacyTridentChangedError);
    assert.match(error.message, /was changed during the migration: it is scaled to 1/);
    assert.deepEqual(cluster.destination.entries(), {});
  });

  it("keeps the first cause when the undo fails too, and gives the command that starts the old Trident", async () => {
    const cluster = new FakeCluster();
    cluster.failAt("openStoppedSource", new Error("the first reason"));
    cluster.failAt("restoreLegacy", new Error("the second reason"));

    const error = await failureOf(cluster);

    assert.equal((error.cause as Error).message, "the first reason");
    assert.match(error.message, /the first reason.*could NOT be started again \(the second reason\)/);
    assert.match(error.message, /kubectl --namespace trident scale deployment trident --replicas=1/);
    assert.equal(error.legacy, "notRestored");
  });

  it("starts the old Trident again even when the pod on its claim can't be removed", async () => {
    const cluster = new FakeCluster();
    cluster.before("openStoppedSource", () => {
      cluster.failAt("removeSourcePod", new Error("stuck"));
    });
    cluster.failAt("openStoppedSource", new Error("the reason"));

    const error = await failureOf(cluster);

    assert.equal(cluster.replicas(), 1);
    assert.match(error.message, /the reason.*serving again.*trident-etcd-source could not be removed \(stuck\)/s);
  });

  it("says so when what it copied can't be removed again", async () => {
    const cluster = new FakeCluster();
    cluster.failAt("checkStillStopped", new Error("the reason"));
    cluster.destination.deleteUnchanged = () => Promise.reject(new StoreError("permanent", "read-only"));

    const error = await failureOf(cluster);

    assert.equal(cluster.replicas(), 1);
    assert.match(
      error.message,
      /the reason.*could not all be removed from the etcd cluster trident-etcd \(read-only\)/s,
    );
  });

  it("leaves a Trident that was at 0 replicas at 0", async () => {
    const cluster = new FakeCluster();
    cluster.trident = { kind: "legacy", legacy: legacyTrident({ replicas: 0 }) };
    cluster.failAt("openStoppedSource", new Error("the reason"));
    const error = await failureOf(cluster);
    assert.match(error.message, /at 0 replicas, as it was before/);
    assert.equal(cluster.replicas(), 0);
  });

  it("checks the state it could not check before, when the old etcd was not running", async () => {
    const cluster = new FakeCluster({ "/elsewhere": "x" });
    cluster.liveEtcd = false;
    const error = await failureOf(cluster);
    assert.ok(isBlockedBy(error.cause, "emptySource"));
    assert.equal(error.legacy, "restored");
    assert.equal(cluster.replicas(), 1);
  });
});

/** The first time that the old Trident is stopped; what is asked of the record before that works. */
function failAfterStop(cluster: FakeCluster, step: Parameters<FakeCluster["failAt"]>[0]): void {
  let first = true;
  cluster.before("stopLegacy", () => {
    if (first) cluster.failAt(step, new Error("the reason"));
    first = false;
  });
}
