import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../migration/wording/in-settings.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { failureOf, ignore, killedOnceItServed } from "../migrate/migration-scene.ts";

const made = "/trident/v1/volume/made-by-the-new-one";

describe("an old Trident that somebody started while the new one had its state", () => {
  for (const [step, when] of [
    ["deleteLegacy", "before"],
    ["saveSourceSnapshot", "after"],
    ["changeRecord", "before"],
  ] as const) {
    it(`after a run that was killed ${when} ${step}: is refused, with both ways and how much each has written`, async () => {
      const cluster = await killedOnceItServed(step, when);
      cluster.destination.put(made, "precious");
      startOldByHand(cluster);
      cluster.source.put("/trident/store", "written at its start");
      for (let tries = 0; tries < 2; tries += 1) {
        const error = await failureOf(cluster);
        assert.equal(error.legacy, "untouched");
        assert.match(error.message, /new one has written 1 key and the old one has written 1 key/);
        assert.match(error.message, /scale deployment trident --replicas=0`/);
        assert.match(
          inSettings(error.message),
          /scale deployment trident-external-etcd --replicas=0`, `pulumi config set discardedKeys 1`/,
        );
        assert.ok(cluster.newRuns());
        assert.equal(cluster.destination.entries()[made], "precious");
      }
    });

    it(`after a run that was killed ${when} ${step}: stopped again, the new one goes on with what it wrote`, async () => {
      const cluster = await killedOnceItServed(step, when);
      cluster.destination.put(made, "precious");
      startOldByHand(cluster);
      stopOldByHand(cluster);
      await runMigration(cluster, ignore);
      assert.equal(cluster.destination.entries()[made], "precious");
      assert.equal(cluster.recorded.phase, "copied");
      assert.equal(cluster.trident.kind, "absent");
    });

    it(`after a run that was killed ${when} ${step}: goes on with the new one only with the word for what the old one wrote`, async () => {
      const cluster = await killedOnceItServed(step, when);
      cluster.destination.put(made, "precious");
      startOldByHand(cluster);
      cluster.source.put("/trident/v1/volume/made-by-the-old-one", "precious, too");
      stopOldByHand(cluster);
      assert.match((await failureOf(cluster)).message, /old one has written 1 key/);
      cluster.discardedKeys = 1;
      await runMigration(cluster, ignore);
      assert.equal(cluster.destination.entries()[made], "precious");
      assert.equal(cluster.trident.kind, "absent");
    });

    it(`after a run that was killed ${when} ${step}: is migrated anew when the user gives up exactly what the new one wrote`, async () => {
      const cluster = await killedOnceItServed(step, when);
      cluster.destination.put(made, "precious");
      startOldByHand(cluster);
      cluster.newTridentStopped = true;
      for (const other of [undefined, 0, 2]) {
        cluster.discardedKeys = other;
        await failureOf(cluster);
        assert.equal(cluster.destination.entries()[made], "precious");
      }
      cluster.discardedKeys = 1;
      await runMigration(cluster, ignore);
      assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
      assert.equal(cluster.recorded.phase, "copied");
    });
  }

  it("is migrated anew without a word when the new one wrote nothing", async () => {
    const cluster = await killedOnceItServed("saveSourceSnapshot", "after");
    startOldByHand(cluster);
    cluster.source.put("/trident/v1/volume/c", "C");
    await runMigration(cluster, ignore);
    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
  });

  it("is known for one that was put back by hand when the migration had ended", async () => {
    const cluster = new FakeCluster();
    const { trident } = cluster;
    await runMigration(cluster, ignore);
    cluster.trident = trident;
    cluster.destination.put(made, "precious");
    const error = await failureOf(cluster);
    assert.match(
      inSettings(error.message),
      /put back by hand.*config set rollback true`, `pulumi config set discardedKeys 1`/s,
    );
    assert.equal(cluster.replicas(), 1);
    assert.equal(cluster.destination.entries()[made], "precious");
  });
});

describe("a new Trident that somebody scaled to 0", () => {
  it("has what it wrote carried into the old etcd, and migrated from there", async () => {
    const cluster = await killedOnceItServed("saveSourceSnapshot", "after");
    cluster.destination.put(made, "precious");
    cluster.destination.remove("/trident/v1/volume/b");
    cluster.newTridentStopped = true;
    await runMigration(cluster, ignore);
    assert.equal(cluster.destination.entries()[made], "precious");
    assert.ok(!("/trident/v1/volume/b" in cluster.destination.entries()));
    assert.deepEqual(cluster.source.entries(), cluster.destination.entries());
  });

  it("is refused when both etcds were written to", async () => {
    const cluster = await killedOnceItServed("saveSourceSnapshot", "after");
    cluster.destination.put(made, "precious");
    cluster.source.put("/trident/v1/volume/made-by-the-old-one", "precious, too");
    cluster.newTridentStopped = true;
    const error = await failureOf(cluster);
    assert.match(error.message, /both Tridents have written since.*the old one 1 key.*the new one 1 key/s);
    assert.equal(cluster.destination.entries()[made], "precious");
    assert.ok(!(made in cluster.source.entries()));
  });

  it("has what it wrote carried even when its Deployment was deleted by hand", async () => {
    const cluster = await killedOnceItServed("saveSourceSnapshot", "after");
    cluster.destination.put(made, "precious");
    cluster.newTrident = false;
    await runMigration(cluster, ignore);
    assert.equal(cluster.destination.entries()[made], "precious");
    assert.equal(cluster.source.entries()[made], "precious");
  });

  it("has what it wrote carried by a later run when the carrying was killed", async () => {
    const cluster = await killedOnceItServed("saveSourceSnapshot", "after");
    cluster.destination.put(made, "precious");
    cluster.destination.remove("/trident/v1/volume/b");
    cluster.newTridentStopped = true;
    const { source } = cluster;
    const deleteUnchanged = source.deleteUnchanged.bind(source);
    const { promise: dead, resolve } = Promise.withResolvers<undefined>();
    source.deleteUnchanged = async (keys) => {
      await deleteUnchanged(keys);
      resolve(undefined);
      return new Promise<never>(() => undefined);
    };
    void runMigration(cluster, ignore);
    await dead;
    assert.equal(cluster.recorded.rollbackPhase, "writing");
    source.deleteUnchanged = deleteUnchanged;
    await runMigration(cluster, ignore);
    assert.equal(cluster.source.entries()[made], "precious");
    assert.deepEqual(cluster.source.entries(), cluster.destination.entries());
    assert.equal(cluster.recorded.rollbackPhase, undefined);
  });

  it("of a run by an older version, which recorded nothing of it, has what it wrote carried as well", async () => {
    const cluster = await killedOnceItServed("saveSourceSnapshot", "after");
    const { served, ...older } = cluster.recorded;
    assert.ok(served !== undefined);
    cluster.recorded = older;
    cluster.destination.put(made, "precious");
    cluster.newTridentStopped = true;
    await runMigration(cluster, ignore);
    assert.equal(cluster.source.entries()[made], "precious");
  });
});

function startOldByHand(cluster: FakeCluster): void {
  const { trident } = cluster;
  if (trident.kind !== "legacy") throw new Error("there is no old Trident");
  const { generation } = trident.legacy;
  const legacy = { ...trident.legacy, replicas: 1, stoppedByMigration: false, generation: generation + 1 };
  cluster.trident = { kind: "legacy", legacy };
}

function stopOldByHand(cluster: FakeCluster): void {
  const { trident } = cluster;
  if (trident.kind !== "legacy") throw new Error("there is no old Trident");
  const { generation } = trident.legacy;
  const legacy = { ...trident.legacy, replicas: 0, stoppedByMigration: true, generation: generation + 1 };
  cluster.trident = { kind: "legacy", legacy };
}
