import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CopyMismatchError } from "../../../migration/copy/errors.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import { FakeCluster, tellAnotherValue } from "../trident/port/fake-cluster.ts";
import { failureOf, ignore, killedOnceItServed, writeAsNewTrident } from "./migration-scene.ts";

describe("a migration that was killed once the new Trident served", () => {
  for (const { step, when } of [
    { step: "startNewTrident", when: "after" },
    { step: "saveSourceSnapshot", when: "before" },
    { step: "saveSourceSnapshot", when: "after" },
    { step: "checkStillStopped", when: "before" },
    { step: "checkStillStopped", when: "after" },
    { step: "changeRecord", when: "before" },
  ] as const) {
    it(`killed ${when} ${step}, is finished by the next run, which verifies all and keeps what the new one wrote`, async () => {
      const cluster = new FakeCluster();
      cluster.snapshotPath = "snapshots/old.db";
      await killedOnceItServed(step, when, cluster);
      assert.ok(cluster.newTrident);
      assert.equal(cluster.replicas(), 0);
      writeAsNewTrident(cluster);
      cluster.steps.length = 0;

      const lines: string[] = [];
      const result = await runMigration(cluster, (line) => lines.push(line));

      assert.ok(!cluster.steps.includes("withdrawNewTrident"));
      assert.ok(!cluster.steps.includes("startNewTrident"));
      assert.ok(lines.some((line) => line.includes(`SHA-256 ${result.sha256}`)));
      assert.equal(result.keys, Object.keys(cluster.source.entries()).length);
      assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(cluster.recorded.phase, "copied");
      assert.equal(cluster.trident.kind, "absent");
      assert.equal(cluster.sourcePod, false);
    });
  }

  it("killed, is finished by the next run although the new etcd has compacted what the new Trident was started on", async () => {
    const cluster = new FakeCluster();
    await killedOnceItServed("saveSourceSnapshot", "before", cluster);
    writeAsNewTrident(cluster);
    cluster.destination.remove("/trident/v1/volume/b");
    compact(cluster);
    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));
    assert.match(
      lines.join("\n"),
      /1 of 3 keys and values are equal; the other 2 the new Trident has overwritten or deleted/,
    );
    assert.equal(result.keys, 3);
    assert.equal(cluster.recorded.phase, "copied");
    assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
  });

  it("killed, is left as it is when a key differs that the new Trident has not touched, although that is compacted", async () => {
    const cluster = new FakeCluster();
    await killedOnceItServed("saveSourceSnapshot", "before", cluster);
    writeAsNewTrident(cluster);
    compact(cluster);
    tellAnotherValue(cluster);
    const error = await failureOf(cluster);
    assert.equal(error.legacy, "leftAsFound");
    assert.ok(error.cause instanceof CopyMismatchError);
  });

  for (const [what, fail] of [
    ["a value turns out to differ", tellAnotherValue],
    [
      "the new etcd can't be reached",
      (cluster: FakeCluster) => {
        cluster.failAt("openDestination", new Error("no route to host"));
      },
    ],
  ] as const) {
    it(`killed and then left as it is when ${what}: nobody's writes are discarded without a word`, async () => {
      const cluster = new FakeCluster();
      await killedOnceItServed("saveSourceSnapshot", "before", cluster);
      writeAsNewTrident(cluster);
      fail(cluster);
      await assert.rejects(runMigration(cluster, ignore), (error: MigrationError) => {
        assert.equal(error.legacy, "leftAsFound");
        assert.match(error.message, /scale deployment trident-external-etcd --replicas=0/);
        return true;
      });
      assert.ok(cluster.newTrident);
      assert.equal(cluster.replicas(), 0);
      assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(cluster.sourcePod, false);
    });
  }

  for (const { step, when } of [
    { step: "changeRecord", when: "after" },
    { step: "removeSourcePod", when: "before" },
    { step: "removeSourcePod", when: "after" },
    { step: "deleteLegacy", when: "before" },
  ] as const) {
    it(`killed ${when} ${step}, once it was recorded, is ended by the next run, which keeps what the new one wrote`, async () => {
      const cluster = new FakeCluster();
      await killedOnceItServed(step, when, cluster);
      writeAsNewTrident(cluster);
      cluster.steps.length = 0;
      await runMigration(cluster, ignore);
      assert.ok(!cluster.steps.includes("withdrawNewTrident"));
      assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(cluster.sourcePod, false);
      assert.equal(cluster.trident.kind, "absent");
    });
  }
});

/** The new etcd forgets all but its latest revision. */
function compact({ destination }: FakeCluster): void {
  const range = destination.range.bind(destination);
  destination.range = async (request) => {
    const { revision: latest } = await destination.status();
    if (request.revision !== undefined && request.revision < latest) {
      throw new StoreError("compacted", "the revision being read was compacted away");
    }
    return range(request);
  };
}
