import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Pod } from "@kubernetes/client-node";
import { chooseApis, newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import { readSnapshots, runOfPod } from "../../../../migration/plan/read/snapshots.ts";
import { existingEtcd } from "../scene/plan-scene.ts";
import { FakePlanEnvironment } from "../scene/fake-plan-environment.ts";

const place = "/api/v1/namespaces/storage";
const destination = { kind: "managed", namespace: "storage", etcdCluster: "db", clientSecret: "s" } as const;
const snapshots = { schedule: "17 * * * *", keep: 14, keepDays: 30, storageSize: "10Gi", storageClass: "" };
const request = { namespace: "storage", destination, snapshots };
const selector = "app.kubernetes.io/managed-by=trident-etcd,app.kubernetes.io/component=snapshots";
const podsPath = `${place}/pods?labelSelector=${encodeURIComponent(selector)}`;
const file = "trident-etcd-storage-2026-11-30T151700Z.db";
const saved = `{"file":"${file}","revision":77,"keys":12,"bytes":4128,"hash":2041}`;

function pod(phase: string, finishedAt: string, message: string, more: object = {}): V1Pod {
  const terminated = { exitCode: phase === "Succeeded" ? 0 : 1, finishedAt, message };
  return { status: { phase, containerStatuses: [{ state: { terminated } }], ...more } } as unknown as V1Pod;
}

describe("what the plan reads of snapshots by schedule", () => {
  it("is the claim, the CronJob and what its pods said last, the newest first", async () => {
    const environment = new FakePlanEnvironment();
    const claim = { metadata: { name: "db-snapshots" }, spec: {} };
    const cronJob = { metadata: { name: "db-snapshots" } };
    environment.objects.set(`${place}/persistentvolumeclaims/db-snapshots`, claim);
    environment.objects.set("/apis/batch/v1/namespaces/storage/cronjobs/db-snapshots", cronJob);
    const pods = [
      pod("Succeeded", "2026-11-30T15:17:20Z", saved),
      pod("Failed", "2026-11-30T16:17:20Z", '{"error":"no space left on device"}'),
      pod("Running", "", ""),
    ];
    environment.lists.set(podsPath, pods as unknown as { metadata: object }[]);
    const found = await readSnapshots(environment.reader, request, newestApis);
    assert.equal(found?.claimName, "db-snapshots");
    assert.equal(found.storage.claim, claim);
    assert.equal(found.cronJob, cronJob);
    assert.deepEqual(
      found.runs.map(({ outcome }) => outcome),
      ["failed", "saved"],
    );
  });

  it("is the CronJob of batch/v1beta1 before Kubernetes 1.21, and the claim that is named", async () => {
    const environment = new FakePlanEnvironment();
    const apis = chooseApis({ version: "v1.16.0", groupVersions: undefined });
    await readSnapshots(environment.reader, { ...request, snapshots: { ...snapshots, claim: "mine" } }, apis);
    assert.ok(environment.asked.includes("/apis/batch/v1beta1/namespaces/storage/cronjobs/db-snapshots"));
    assert.ok(environment.asked.includes(`${place}/persistentvolumeclaims/mine`));
  });

  it("tells a class that is not there from one that may not be looked at", async () => {
    const environment = new FakePlanEnvironment();
    const gold = { ...request, snapshots: { ...snapshots, storageClass: "gold" } };
    assert.equal((await readSnapshots(environment.reader, gold, newestApis))?.lacksClass, true);
    environment.forbidden.add("/apis/storage.k8s.io/v1/storageclasses/gold");
    assert.equal((await readSnapshots(environment.reader, gold, newestApis))?.lacksClass, false);
  });

  it("is the claim of before alone where there is no schedule any more, and nothing where there never was one", async () => {
    const environment = new FakePlanEnvironment();
    const unscheduled = { namespace: "storage", destination };
    assert.equal(await readSnapshots(environment.reader, unscheduled, newestApis), undefined);
    const claim = { metadata: { name: "db-snapshots" } };
    environment.objects.set(`${place}/persistentvolumeclaims/db-snapshots`, claim);
    assert.equal((await readSnapshots(environment.reader, unscheduled, newestApis))?.storage.claim, claim);
    const { destination: existing = destination } = existingEtcd();
    assert.equal(await readSnapshots(environment.reader, { ...request, destination: existing }, newestApis), undefined);
  });
});

describe("what a pod of the schedule came to", () => {
  it("is what it said last, or what Kubernetes says of it", () => {
    const at = "2026-11-30T15:17:20Z";
    assert.equal(runOfPod(pod("Succeeded", at, saved))[0]?.outcome, "saved");
    const reasons = [
      pod("Failed", at, '{"error":"no member of the etcd answers"}'),
      pod("Failed", at, "sh: etcdctl: not found"),
      pod("Failed", at, "", { reason: "DeadlineExceeded", message: "Pod was active longer than its deadline" }),
      pod("Failed", at, ""),
    ].map((each) => {
      const [run] = runOfPod(each);
      return run?.outcome === "failed" ? run.reason : "";
    });
    assert.deepEqual(reasons, [
      "no member of the etcd answers",
      "sh: etcdctl: not found",
      "DeadlineExceeded: Pod was active longer than its deadline",
      "exit code 1",
    ]);
  });

  it("is why it can't start, and nothing while it is on its way", () => {
    const unschedulable = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "unbound claims" };
    const waiting = { metadata: {}, status: { phase: "Pending", conditions: [unschedulable] } } as unknown as V1Pod;
    const [run] = runOfPod(waiting);
    assert.ok(run?.outcome === "failed");
    assert.equal(run.reason, "Unschedulable: unbound claims");
    assert.deepEqual(runOfPod({ status: { phase: "Pending" } }), []);
    assert.deepEqual(runOfPod({ status: { phase: "Running" } }), []);
  });
});
