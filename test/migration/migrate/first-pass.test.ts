import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { failureOf } from "./migration-scene.ts";

describe("the first pass", () => {
  it("that fails leaves the old Trident serving and takes its keys back", async () => {
    const cluster = new FakeCluster();
    cluster.before("changeRecord", () => {
      const { destination } = cluster;
      const createAll = destination.createAll.bind(destination);
      destination.createAll = async (entries) => {
        await createAll(entries);
        throw new StoreError("permanent", "the disk is full");
      };
    });

    const error = await failureOf(cluster);

    assert.match(error.message, /while copying the state while the old Trident serves.*the disk is full/s);
    assert.equal(error.legacy, "untouched");
    assert.equal(cluster.replicas(), 1);
    assert.ok(!cluster.steps.includes("stopLegacy"));
    assert.deepEqual(cluster.destination.entries(), {});
    assert.equal(cluster.recorded.firstPass, undefined);
  });

  it("gives way to one pass in the outage when the old etcd does not run", async () => {
    const cluster = new FakeCluster();
    cluster.liveEtcd = false;
    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));
    assert.deepEqual([result.keys, result.firstPassKeys], [3, 0]);
    assert.ok(lines.some((line) => line.includes("does not run now")));
  });

  it("gives way to one pass in the outage when the way to the old etcd breaks", async (context) => {
    const cluster = new FakeCluster();
    const { source } = cluster;
    const range = source.range.bind(source);
    cluster.before("changeRecord", () => {
      source.range = () => Promise.reject(new StoreError("transient", "port-forward: broken pipe"));
      // Each look at the clock is some seconds later: the copy's patience, without having to wait for it.
      let skipped = 0;
      const now = performance.now.bind(performance);
      context.mock.method(performance, "now", () => now() + (skipped += 20_000));
    });
    cluster.before("stopLegacy", () => {
      context.mock.restoreAll();
      source.range = range;
      cluster.before("changeRecord", () => undefined);
    });
    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));
    assert.deepEqual([result.keys, result.firstPassKeys], [3, 0]);
    assert.deepEqual(cluster.destination.entries(), source.entries());
    assert.ok(lines.some((line) => line.includes("broken pipe") && line.includes("away for longer")));
  });

  it("fails when it is the new etcd that can't be reached", async () => {
    const cluster = new FakeCluster();
    cluster.before("changeRecord", () => {
      cluster.destination.createAll = () => Promise.reject(new StoreError("permanent", "the new etcd is away"));
    });
    const error = await failureOf(cluster);
    assert.equal(error.legacy, "untouched");
    assert.ok(!cluster.steps.includes("stopLegacy"));
  });
});
