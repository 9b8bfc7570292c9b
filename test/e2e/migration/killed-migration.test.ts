import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterAdapter } from "../../../migration/trident/port/cluster-adapter.ts";
import { migrateTridentState, runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { valuesOf } from "../etcd-keys.ts";
import { failureOf, setUpScene, type MigrationScene } from "./migration-scene.ts";

const namespace = "e2e-migration-killed";
const record = "trident-etcd-migration";

describe("a migration that is killed", () => {
  let scene: MigrationScene;
  let served: Awaited<ReturnType<MigrationScene["legacy"]>>;

  before(async () => {
    scene = await setUpScene(namespace, 1000);
    // Trident lists no nodes: that these go meanwhile is no disagreement with its etcd.
    for (const node of ["worker-1", "worker-2"]) await scene.legacyEtcdctl("put", `/trident/v1/node/${node}`, "{}");
    served = await scene.legacy();
  });
  after(() => scene.remove());

  it("in its first pass leaves the old Trident serving as if nothing had been", async () => {
    await killMigrationAt("Copying while the old Trident serves", 150);
    assert.deepEqual(await scene.legacy(), served);
  });

  it("once all is copied does so, too, and knows those keys for its own", async () => {
    await scene.legacyEtcdctl("del", "/trident/v1/node/worker-1");
    await killMigrationAt("Verified: all", 0);
    assert.deepEqual([...(await scene.legacy()).podUids], served.podUids);
    assert.equal((await scene.destination.keys()).size, (await scene.legacyKeys()).size);
    const { data } = await scene.cluster.core.readNamespacedConfigMap({ name: record, namespace });
    assert.match(data?.firstPass ?? "", /"empty":true/);
  });

  it("in the outage has the old Trident put back by the next one if that fails", async () => {
    await killMigrationAt("Stopping the old Trident", 300);
    const cluster = clusterAdapter(scene.request);
    const openStoppedSource = () => Promise.reject(new Error("no room for the pod"));
    const error = await failureOf(runMigration({ ...cluster, openStoppedSource }, () => undefined));
    assert.equal(error.legacy, "restored");
    const restored = await scene.legacy();
    assert.equal(restored.spec, served.spec);
    assert.equal(restored.annotations, served.annotations);
    assert.deepEqual(restored.lists.volumes, served.lists.volumes);
  });

  it("in any phase of the outage is finished by the next one", async () => {
    await killMigrationAt("Verified: all", 0);
    await scene.legacyEtcdctl("del", "/trident/v1/node/worker-2");
    const state = valuesOf(await scene.legacyKeys());
    await killMigrationAt("Carried over", 0);
    await killMigrationAt("Starting its etcd alone", 500);
    await killMigrationAt("Copied all", 0);
    await killMigrationAt("Verified", 500);

    const result = await migrateTridentState(scene.request, () => undefined);

    const after = await scene.destination.keys();
    assert.deepEqual(valuesOf(after), state);
    assert.ok([...after.values()].every(({ version }) => version === 1));
    assert.equal(result.keys, state.size);
    assert.deepEqual((await scene.cluster.apps.listNamespacedDeployment({ namespace })).items, []);
    assert.deepEqual(await scene.leaseNames(), []);
    const pods = await scene.cluster.core.listNamespacedPod({ namespace });
    assert.ok(!pods.items.some(({ metadata }) => metadata?.name === "trident-etcd-source"));
  });

  /** Kills the migration's process some milliseconds into what the line announces. */
  async function killMigrationAt(line: string, milliseconds: number): Promise<void> {
    const program = `
      import { keyPrefix } from "@trident-etcd/migration/copy/store/key-range.ts";
      import { migrateTridentState } from "@trident-etcd/migration/migrate/migrate-trident-state.ts";
      await migrateTridentState(
        { ...${JSON.stringify(scene.request)}, prefix: keyPrefix(${JSON.stringify(scene.request.prefix.text)}) },
        console.log,
      );`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = once(child, "exit");
    const complaints = text(child.stderr);
    for await (const printed of createInterface(child.stdout)) {
      if (!printed.includes(line)) continue;
      await sleep(milliseconds);
      child.kill("SIGKILL");
    }
    assert.deepEqual(await exited, [null, "SIGKILL"], `it did not get as far as "${line}": ${await complaints}`);
  }
});
