import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { clusterEnvironment } from "../../../migration/cluster-environment.ts";
import { CopyMismatchError } from "../../../migration/copy/errors.ts";
import { LegacyTridentChangedError } from "../../../migration/legacy/stop-legacy-trident.ts";
import { migrateTridentState, runMigration } from "../../../migration/migrate-trident-state.ts";
import type { MigrationEnvironment } from "../../../migration/migration-environment.ts";
import { valuesOf } from "../etcd-keys.ts";
import { backendPassword, failureOf, migrationFailure, setUpScene, type MigrationScene } from "./migration-scene.ts";

const namespace = "e2e-migration-undone";
const foreignKey = "/trident/v1/volume/written-by-somebody-else";

describe("a migration that fails after the old Trident was stopped", () => {
  let scene: MigrationScene;

  before(async () => {
    scene = await setUpScene(namespace, 1000);
  });
  after(() => scene.remove());

  it("puts the old Trident back when the copy is not what the verification finds", async () => {
    const before = await scene.legacy();
    const error = await failureOf(runMigration(withForeignWriter(clusterEnvironment(scene.request)), () => undefined));

    assert.ok(error.cause instanceof CopyMismatchError, error.message);
    assert.match(error.message, new RegExp(`${foreignKey}.*serving again`, "s"));
    assert.doesNotMatch(error.message, new RegExp(backendPassword));
    await assertServesAsBefore(before);
  });

  it("leaves nothing of its own in the new etcd", async () => {
    assert.deepEqual([...(await scene.destination.keys()).keys()], [foreignKey]);
  });

  it("is refused, with nothing stopped, while somebody else's key is there", async () => {
    const before = await scene.legacy();
    const error = await migrationFailure(scene.request);
    assert.equal(error.legacy, "untouched");
    assert.match(error.message, new RegExp(foreignKey));
    assert.deepEqual(await scene.legacy(), before);
    await scene.destination.etcdctl("del", foreignKey);
  });

  it("puts the old Trident back when somebody starts it during the copy", async () => {
    const before = await scene.legacy();
    const environment = clusterEnvironment(scene.request);
    const checkStillStopped: MigrationEnvironment["checkStillStopped"] = async (stopped) => {
      await scaleLegacyTo(1);
      await environment.checkStillStopped(stopped);
    };
    const error = await failureOf(runMigration({ ...environment, checkStillStopped }, () => undefined));

    assert.ok(error.cause instanceof LegacyTridentChangedError, error.message);
    assert.match(error.message, /it is scaled to 1.*serving again/s);
    await assertServesAsBefore(before);
    assert.equal((await scene.destination.keys()).size, 0);
  });

  it("is completed by the next one, however often and wherever it was killed", async () => {
    const before = valuesOf(await scene.legacyKeys());
    await killMigrationAt("Stopping the old Trident", 0);
    await killMigrationAt("Stopping the old Trident", 500);
    await killMigrationAt("Starting its etcd alone", 500);
    await killMigrationAt("Copied all", 0);
    await killMigrationAt("Verified", 500);

    const result = await migrateTridentState(scene.request, () => undefined);

    const after = await scene.destination.keys();
    assert.deepEqual(valuesOf(after), before);
    assert.ok([...after.values()].every(({ version }) => version === 1));
    assert.equal(result.keys, before.size);
    assert.deepEqual((await scene.cluster.apps.listNamespacedDeployment({ namespace })).items, []);
  });

  /** Somebody who writes into the new etcd right after the first keys of the copy came in. */
  function withForeignWriter(environment: MigrationEnvironment): MigrationEnvironment {
    return {
      ...environment,
      openDestination: async () => {
        const store = await environment.openDestination();
        let written = false;
        return {
          ...store,
          createAll: async (entries) => {
            const outcome = await store.createAll(entries);
            if (!written) {
              written = true;
              await scene.destination.etcdctl("put", foreignKey, "{}");
            }
            return outcome;
          },
        };
      },
    };
  }

  async function assertServesAsBefore(before: Awaited<ReturnType<MigrationScene["legacy"]>>): Promise<void> {
    const restored = await scene.legacy();
    assert.equal(restored.spec, before.spec);
    assert.equal(restored.annotations, before.annotations);
    assert.deepEqual(restored.lists, before.lists);
    const pods = await scene.cluster.core.listNamespacedPod({ namespace });
    assert.ok(!pods.items.some((pod) => pod.metadata?.name === "trident-etcd-source"));
  }

  async function scaleLegacyTo(replicas: number): Promise<void> {
    await scene.cluster.apps.patchNamespacedDeployment(
      { namespace, name: "trident", body: { spec: { replicas } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  }

  /** Kills the migration's process some milliseconds into what the line announces. */
  async function killMigrationAt(line: string, milliseconds: number): Promise<void> {
    const program = `
      import { migrateTridentState } from "@trident-etcd/migration";
      await migrateTridentState(${JSON.stringify(scene.request)}, console.log);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    for await (const printed of createInterface(child.stdout)) {
      if (!printed.includes(line)) continue;
      await sleep(milliseconds);
      child.kill("SIGKILL");
    }
    assert.deepEqual(await exited, [null, "SIGKILL"], `it did not get as far as "${line}"`);
  }
});
