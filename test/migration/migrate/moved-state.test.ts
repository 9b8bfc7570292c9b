import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { isBlockedBy } from "../../../migration/blockers/blocker.ts";
import type { MigrationError } from "../../../migration/migrate/migration.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { source } from "../trident/moving/moved-scene.ts";
import { FakeCluster, someEntries } from "../trident/port/fake-cluster.ts";
import { ignore, killedOnceItServed } from "./migration-scene.ts";

describe("a Trident of this program's that is moved to another etcd", () => {
  it("is told of by the etcds' names: there is no claim, and no etcd of its own pod", async () => {
    const cluster = moving();
    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));
    assert.equal(result.keys, Object.keys(someEntries).length);
    const told = lines.join("\n");
    assert.match(told, /its state in the etcd at https:\/\/old:2379/);
    assert.match(told, /The keys in the etcd at https:\/\/old:2379 stay as they were/);
    assert.doesNotMatch(told, /PersistentVolumeClaim|embedded/);
    assert.equal(cluster.staleSince, undefined);
  });

  it("leaves in the record where it is now and where it came from", async () => {
    const cluster = moving();
    const { sourceClusterId, destinationClusterId } = await runMigration(cluster, ignore);
    const { etcdClusterId, movedFromEtcd } = cluster.recorded;
    assert.deepEqual([etcdClusterId, movedFromEtcd], [destinationClusterId, sourceClusterId]);
  });

  it("is not stopped when its etcd is away: that would be no nearer then", async () => {
    const cluster = moving();
    cluster.failAt("openLiveSource", new Error("connection refused"));
    await assert.rejects(runMigration(cluster, ignore), ({ legacy }: MigrationError) => legacy === "untouched");
    assert.ok(!cluster.steps.includes("stopLegacy"));
  });

  it("is what there has to be: nothing else is taken for it", async () => {
    const cluster = moving();
    cluster.trident = { kind: "absent" };
    await assert.rejects(runMigration(cluster, ignore), ({ cause }: Error) => isBlockedBy(cause, "nothingToMove"));
  });

  it("is left to serve there by the run after one that was killed once it did", async () => {
    const cluster = await killedOnceItServed("saveSourceSnapshot", "before", moving());
    cluster.steps.length = 0;
    await runMigration(cluster, ignore);
    assert.equal(cluster.recorded.phase, "copied");
    assert.ok(!cluster.steps.includes("withdrawNewTrident"));
    assert.ok(!cluster.steps.includes("startNewTrident"));
  });
});

function moving(): FakeCluster {
  const cluster = new FakeCluster();
  const externalEtcd = { address: source, called: "the etcd at https://old:2379" };
  return Object.assign(cluster, {
    movesFrom: source,
    trident: { kind: "legacy", legacy: { ...legacyTrident(), claim: "", etcdImage: "", externalEtcd } },
  });
}
