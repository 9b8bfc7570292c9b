import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { failureOf, ignore } from "./migration-scene.ts";

describe("a migration from the claim of a Trident that was uninstalled", () => {
  it("moves all of its state, starts the new Trident and records the claim", async () => {
    const cluster = new FakeCluster().uninstall();
    const { keys, outageSeconds } = await runMigration(cluster, ignore);
    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
    // For how long Trident was away before, nobody knows.
    assert.deepEqual([keys, outageSeconds], [3, undefined]);
    assert.deepEqual([cluster.recorded.phase, cluster.recorded.legacyClaim], ["copied", "trident"]);
    assert.equal(cluster.recorded.legacyDeployment, undefined);
    assert.equal(cluster.sourcePod, false);
  });

  it("tells nobody of a Deployment that is stopped or deleted", async () => {
    const lines: string[] = [];
    await runMigration(new FakeCluster().uninstall(), (line) => lines.push(line));
    assert.ok(!lines.some((line) => /Stopp|[Dd]eleted/.test(line)), lines.join("\n"));
    assert.ok(lines.some((line) => line.includes("PersistentVolumeClaim trident stays")));
  });

  it("that is done already is only told of", async () => {
    const cluster = new FakeCluster().uninstall();
    const first = await runMigration(cluster, ignore);
    cluster.source.put("/trident/v1/volume/late", "L");
    assert.deepEqual(await runMigration(cluster, ignore), first);
    assert.equal(cluster.destination.entries()["/trident/v1/volume/late"], undefined);
  });

  it("takes everything back when it fails, and says that the claim is as it was", async () => {
    const cluster = new FakeCluster().uninstall();
    cluster.failAt("startNewTrident", new Error("it lists nothing"));
    const error = await failureOf(cluster);
    assert.match(error.message, /it lists nothing.*PersistentVolumeClaim trident is as it was, and no Trident serves/);
    assert.deepEqual(cluster.destination.entries(), {});
    assert.equal(cluster.sourcePod, false);
    assert.deepEqual([cluster.recorded.legacyClaim, cluster.recorded.stoppedAt], [undefined, undefined]);
  });

  it("goes on from the keys of a run that was killed", async () => {
    const cluster = new FakeCluster().uninstall();
    const killed = cluster.killedAt("startNewTrident", "before");
    void runMigration(cluster, ignore);
    await killed;
    assert.equal((await runMigration(cluster, ignore)).keys, 3);
    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
  });

  it("that was killed once the new Trident served keeps what that has written", async () => {
    const cluster = new FakeCluster().uninstall();
    const killed = cluster.killedAt("saveSourceSnapshot", "before");
    void runMigration(cluster, ignore);
    await killed;
    cluster.destination.put("/trident/v1/volume/new", "N");
    await runMigration(cluster, ignore);
    assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "N");
  });

  it("removes the pod of a run that was killed when all was recorded", async () => {
    const cluster = new FakeCluster().uninstall();
    const killed = cluster.killedAt("deleteLegacy", "before");
    void runMigration(cluster, ignore);
    await killed;
    cluster.sourcePod = true;
    await runMigration(cluster, ignore);
    assert.equal(cluster.sourcePod, false);
  });

  it("is refused when the Deployment came back meanwhile", async () => {
    const cluster = new FakeCluster().uninstall();
    cluster.failAt("checkStillStopped", new Error("it was made anew"));
    assert.match((await failureOf(cluster)).message, /it was made anew/);
    assert.deepEqual(cluster.destination.entries(), {});
  });
});
