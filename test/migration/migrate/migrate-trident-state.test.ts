import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../migration/wording/in-settings.ts";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { migrateTridentState, runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { isBlockedBy } from "../../../migration/blockers/blocker.ts";
import { clusterEffects } from "../../../migration/trident/port/cluster-port.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { failureOf, ignore } from "./migration-scene.ts";

describe("a migration", () => {
  it("moves every key, deletes the old Deployment and tells what it did", async () => {
    const cluster = new FakeCluster();
    const lines: string[] = [];

    const result = await runMigration(cluster, (line) => lines.push(line));

    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
    assert.equal(cluster.trident.kind, "absent");
    assert.equal(cluster.sourcePod, false);
    assert.equal(result.keys, 3);
    assert.equal(result.sourceClusterId, "1");
    assert.equal(result.destinationClusterId, "2");
    assert.match(result.sha256, /^[0-9a-f]{64}$/);
    assert.equal(result.firstPassKeys, 3);
    assert.deepEqual(result.changedKeys, { created: 0, replaced: 0, deleted: 0 });
    assert.equal(result.cutOverAt, "2030-01-02T03:04:05.678Z");
    assert.ok(!("snapshot" in result));
    assert.equal(cluster.recorded.firstPass, undefined);
    assert.deepEqual(JSON.parse(cluster.recorded.result ?? ""), result);
    assert.ok(lines.some((line) => line.includes("Copied all of it: 3 keys")));
    assert.ok(lines.some((line) => line.includes("Verified")));
  });

  it("checks all that can be checked before it stops anything", async () => {
    const cluster = new FakeCluster();
    await runMigration(cluster, ignore);
    const stop = cluster.steps.indexOf("stopLegacy");
    const checks = ["checkClaim", "prepareSnapshot", "checkLegacyImage", "pullNewImage", "openDestination"] as const;
    for (const check of checks) {
      assert.ok(cluster.steps.indexOf(check) < stop, check);
    }
  });

  it("removes the pod on the claim before it deletes the old Deployment", async () => {
    const cluster = new FakeCluster();
    cluster.before("deleteLegacy", () => {
      assert.equal(cluster.sourcePod, false);
    });
    await runMigration(cluster, ignore);
    assert.equal(cluster.trident.kind, "absent");
  });

  it("marks the old claim as stale once nothing is undone any more, and not when it fails", async () => {
    const cluster = new FakeCluster();
    const { cutOverAt } = await runMigration(cluster, ignore);
    assert.equal(cluster.staleSince, cutOverAt);
    assert.ok(cluster.steps.indexOf("markClaimStale") > cluster.steps.indexOf("deleteLegacy"));

    const failing = new FakeCluster();
    failing.failAt("startNewTrident", new Error("it lists nothing"));
    await failureOf(failing);
    assert.ok(!failing.steps.includes("markClaimStale"));
  });

  it("that may not mark the claim ends well, and says how to do it by hand", async () => {
    const cluster = new FakeCluster();
    cluster.failAt("markClaimStale", new Error("persistentvolumeclaims is forbidden"));
    const lines: string[] = [];
    await runMigration(cluster, (line) => lines.push(line));
    assert.equal(cluster.recorded.phase, "copied");
    assert.match(
      lines.join("\n"),
      /forbidden.*kubectl --namespace trident label persistentvolumeclaim trident trident-etcd\/state=stale/,
    );
  });

  it("closes both etcds, whether it succeeds or fails", async () => {
    const succeeding = new FakeCluster();
    await runMigration(succeeding, ignore);
    assert.ok(succeeding.source.closed && succeeding.destination.closed);

    const failing = new FakeCluster();
    failing.failAt("checkStillStopped", new Error("no"));
    await failureOf(failing);
    assert.ok(failing.source.closed && failing.destination.closed);
  });

  it("names the settings that choose the cluster when the kubeconfig leads to none", async () => {
    const request = {
      cluster: { kubeconfig: "/nonexistent/kubeconfig" },
      namespace: "trident",
      legacyDeployment: "trident",
      legacyEtcdContainer: "etcd",
      destination: {
        kind: "managed" as const,
        namespace: "trident",
        etcdCluster: "trident-etcd",
        clientSecret: "etcd-client-tls",
      },
      record: "trident-etcd-migration",
      prefix: keyPrefix("/trident/"),
      timeoutSeconds: 1,
    };
    await assert.rejects(migrateTridentState(request, ignore), {
      name: "MigrationError",
      message: /\/nonexistent\/kubeconfig.*kubernetes:context.*kubernetes:kubeconfig.*KUBECONFIG.*Nothing was changed/s,
    });
  });
});

describe("a migration that fails before the stop", () => {
  for (const step of [
    "acquireLease",
    "removeSourcePod",
    "checkClaim",
    "prepareSnapshot",
    "checkLegacyImage",
    "pullNewImage",
    "openDestination",
    "openLiveSource",
    "changeRecord",
  ] as const) {
    it(`stops nothing when ${step} fails, and says so`, async () => {
      const cluster = new FakeCluster();
      cluster.failAt(step, new Error("the reason"));

      const error = await failureOf(cluster);

      assert.match(error.message, /the reason.*Nothing was changed/);
      assert.equal(error.legacy, "untouched");
      assert.equal(cluster.replicas(), 1);
      assert.ok(!cluster.steps.includes("stopLegacy"));
      assert.ok(!cluster.steps.includes("restoreLegacy"));
      assert.deepEqual(cluster.destination.entries(), {});
      assert.equal(cluster.leases, 0);
    });
  }

  it("refuses an empty source, naming the claim and the way out", async () => {
    const cluster = new FakeCluster({ "/elsewhere": "x" });
    const error = await failureOf(cluster);
    assert.ok(isBlockedBy(error.cause, "emptySource"));
    assert.match(inSettings(error.message), /PersistentVolumeClaim trident.*no key under \/trident\/.*migrate false/);
    assert.equal(cluster.replicas(), 1);
  });

  it("refuses keys that are in the destination already, naming them and no value", async () => {
    const cluster = new FakeCluster();
    cluster.destination.put("/trident/v1/volume/foreign", "secret-value");

    const error = await failureOf(cluster);

    assert.ok(isBlockedBy(error.cause, "foreignKeys"));
    assert.match(error.message, /1 key under.*\/trident\/v1\/volume\/foreign.*etcdctl del/);
    assert.doesNotMatch(error.message, /secret-value/);
    assert.deepEqual(cluster.destination.entries(), { "/trident/v1/volume/foreign": "secret-value" });
    assert.equal(cluster.replicas(), 1);
  });

  it("accepts equal keys of an earlier run", async () => {
    const cluster = new FakeCluster();
    cluster.destination.put("/trident/v1/volume/a", "A");
    assert.equal((await runMigration(cluster, ignore)).keys, 3);
  });

  it("refuses a source that is the destination", async () => {
    const cluster = new FakeCluster();
    cluster.openDestination = () => Promise.resolve(cluster.source);
    const error = await failureOf(cluster);
    assert.match(error.message, /are the same etcd cluster/);
    assert.equal(cluster.replicas(), 1);
  });

  it("refuses when there is no old Trident", async () => {
    const cluster = new FakeCluster();
    cluster.trident = { kind: "absent" };
    const error = await failureOf(cluster);
    assert.match(inSettings(error.message), /no Trident with an embedded etcd.*no such Deployment.*migrate false/);
  });
});

describe("a migration that was killed", () => {
  it("is finished by the next one when the old Trident is stopped", async () => {
    const cluster = killedAfterStop();
    assert.equal((await runMigration(cluster, ignore)).keys, 3);
    assert.equal(cluster.trident.kind, "absent");
  });

  it("puts the old Trident back at its replicas when the next one's checks fail", async () => {
    const cluster = killedAfterStop();
    cluster.failAt("openDestination", new Error("the reason"));
    const error = await failureOf(cluster);
    assert.equal(error.legacy, "restored");
    assert.equal(cluster.replicas(), 1);
  });

  it("is only ended by the next one when it died between the record and the deletion", async () => {
    const cluster = killedAfterStop();
    const result = JSON.stringify({ keys: 3, sha256: "digest" });
    cluster.recorded = { ...cluster.recorded, phase: "copied", result };
    assert.equal((await runMigration(cluster, ignore)).keys, 3);
    assert.ok(!cluster.steps.includes("openStoppedSource"));
    assert.equal(cluster.trident.kind, "absent");
  });

  it("answers with the recorded result when it died after the deletion, and copies nothing again", async () => {
    const cluster = new FakeCluster();
    const first = await runMigration(cluster, ignore);
    cluster.steps.length = 0;

    const second = await runMigration(cluster, ignore);

    assert.deepEqual(second, first);
    assert.ok(!cluster.steps.includes("acquireLease"));
    assert.deepEqual(
      cluster.steps.filter((step) => clusterEffects[step] !== "looks"),
      ["handOverNewTrident", "markClaimStale"],
    );
  });

  it("answers with the recorded result when the new Trident runs already", async () => {
    const cluster = new FakeCluster();
    const first = await runMigration(cluster, ignore);
    cluster.trident = { kind: "ours" };
    assert.deepEqual(await runMigration(cluster, ignore), first);
  });

  it("says where the manifest is when somebody deleted the stopped Deployment", async () => {
    const cluster = killedAfterStop();
    cluster.trident = { kind: "absent" };
    const error = await failureOf(cluster);
    assert.ok(isBlockedBy(error.cause, "stoppedTridentDeleted"));
    assert.match(error.message, /ConfigMap trident-etcd-migration.*kubectl create/);
  });
});

function killedAfterStop(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.trident = { kind: "legacy", legacy: legacyTrident({ replicas: 0, stoppedByMigration: true }) };
  cluster.recorded = { ...cluster.recorded, phase: "stopped", legacyReplicas: 1 };
  return cluster;
}
