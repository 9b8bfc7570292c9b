import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CopyConflictError, CopyMismatchError } from "../../../migration/copy/errors.ts";
import { LegacyTridentChangedError } from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { isBlockedBy } from "../../../migration/blockers/blocker.ts";
import { FakeCluster, tellAnotherValue } from "../trident/port/fake-cluster.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { MemoryStore } from "../copy/memory-store.ts";
import { failureOf, ignore } from "./migration-scene.ts";

describe("a cut-over", () => {
  it("copies everything before it stops the old Trident", async () => {
    const cluster = new FakeCluster();
    let copied: Record<string, string> = {};
    cluster.before("stopLegacy", () => {
      copied = cluster.destination.entries();
    });
    await runMigration(cluster, ignore);
    assert.deepEqual(copied, cluster.source.entries());
  });

  it("carries over what the old Trident wrote meanwhile, deletions too, and tells how much that was", async () => {
    const cluster = new FakeCluster();
    cluster.before("stopLegacy", () => {
      cluster.source.put("/trident/v1/volume/a", "A2");
      cluster.source.put("/trident/v1/volume/c", "C");
      cluster.source.put("/trident/v1/volume/d", "D");
      cluster.source.remove("/trident/v1/volume/b");
    });

    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));

    assert.deepEqual(cluster.destination.entries(), {
      "/trident/store": "{}",
      "/trident/v1/volume/a": "A2",
      "/trident/v1/volume/c": "C",
      "/trident/v1/volume/d": "D",
    });
    assert.deepEqual(result.changedKeys, { created: 2, replaced: 1, deleted: 1 });
    assert.deepEqual([result.firstPassKeys, result.keys], [3, 4]);
    assert.ok(lines.some((line) => line.includes("2 created, 1 replaced, 1 deleted")));
  });

  it("repeats no check in the outage when all was copied before, records what the new Trident starts on, and leaves the rest to later", async () => {
    const cluster = new FakeCluster();
    await runMigration(cluster, ignore);
    const outage = cluster.steps.slice(cluster.steps.indexOf("stopLegacy"));
    assert.deepEqual(outage, [
      "stopLegacy",
      "openStoppedSource",
      "checkStillStopped",
      "changeRecord",
      "startNewTrident",
      "changeRecord",
      "saveSourceSnapshot",
      "checkStillStopped",
      "changeRecord",
      "removeSourcePod",
      "deleteLegacy",
      "changeRecord",
      "markClaimStale",
      "handOverNewTrident",
    ]);
  });

  it("reads no key in the outage when neither etcd was written to since the first pass", async () => {
    const cluster = new FakeCluster();
    let read = 0;
    cluster.before("stopLegacy", () => {
      for (const store of [cluster.source, cluster.destination]) {
        store.range = async (request) => {
          const page = await MemoryStore.prototype.range.call(store, request);
          if (!cluster.newTrident) read += page.entries.length;
          return page;
        };
      }
    });
    const result = await runMigration(cluster, ignore);
    assert.equal(read, 0);
    assert.deepEqual([result.keys, result.changedKeys], [3, { created: 0, replaced: 0, deleted: 0 }]);
  });

  it("finds a value that differs although no revision tells, since it verifies all of it again", async () => {
    const cluster = new FakeCluster();
    cluster.before("openStoppedSource", () => {
      tellAnotherValue(cluster);
    });
    const error = await failureOf(cluster);
    assert.ok(error.cause instanceof CopyMismatchError);
    assert.match(error.message, /\/trident\/v1\/volume\/a.*serving again/s);
    assert.deepEqual(cluster.destination.entries(), {});
  });

  it("tells for how long no Trident served", async () => {
    const cluster = new FakeCluster();
    assert.equal((await runMigration(cluster, ignore)).outageSeconds, 4.3);
  });

  it("tells no such time when it starts no new Trident", async () => {
    const cluster = new FakeCluster();
    cluster.servesSince = undefined;
    assert.ok(!("outageSeconds" in (await runMigration(cluster, ignore))));
  });

  it("is undone when somebody else writes to the new etcd in between, and leaves that as it is", async () => {
    const cluster = new FakeCluster();
    cluster.before("stopLegacy", () => {
      cluster.destination.put("/trident/v1/volume/foreign", "X");
    });
    const error = await failureOf(cluster);
    assert.ok(error.cause instanceof CopyConflictError, String(error.cause));
    assert.equal(error.legacy, "restored");
    assert.deepEqual(cluster.destination.entries(), { "/trident/v1/volume/foreign": "X" });
  });

  it("is undone when all of the state is gone once the old Trident is stopped", async () => {
    const cluster = new FakeCluster();
    cluster.before("stopLegacy", () => {
      for (const key of Object.keys(cluster.source.entries())) cluster.source.remove(key);
    });
    const error = await failureOf(cluster);
    assert.ok(isBlockedBy(error.cause, "emptySource"));
    assert.equal(error.legacy, "restored");
  });

  it("stops nothing when the old Trident is another one by then", async () => {
    const cluster = new FakeCluster();
    let looks = 0;
    cluster.before("findTrident", () => {
      looks += 1;
      if (looks === 3) cluster.trident = { kind: "legacy", legacy: legacyTrident({ uid: "another" }) };
    });
    const error = await failureOf(cluster);
    assert.ok(error.cause instanceof LegacyTridentChangedError);
    assert.equal(error.legacy, "untouched");
    assert.ok(!cluster.steps.includes("stopLegacy"));
    assert.deepEqual(cluster.destination.entries(), {});
  });

  it("tells where the snapshot is", async () => {
    const cluster = new FakeCluster();
    cluster.snapshotPath = "/snapshots/trident.db";
    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));
    assert.equal(result.snapshot, "/snapshots/trident.db");
    assert.ok(lines.some((line) => line.includes("/snapshots/trident.db") && line.includes("secrets")));
  });
});
