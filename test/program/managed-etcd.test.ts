import assert from "node:assert/strict";
import { test } from "node:test";

import * as kubernetes from "@pulumi/kubernetes";

import { newestApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";

import { createManagedEtcd, generatedAuthority } from "../../program/managed-etcd.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import type { RawSettings } from "../../program/settings/settings.ts";
import { record, type Registrations } from "../components/registrations.ts";

function registered(raw: RawSettings, platform: "kubernetes" | "openshift" = "kubernetes"): Promise<Registrations> {
  return record(false, () => {
    createManagedEtcd("trident-etcd", checkSettings(raw), {
      platform,
      certificates: undefined,
      crd: "own",
      apis: newestApis,
      access: { clusterUid: "u" },
      record: "a-record",
      onCluster: { providers: { kubernetes: new kubernetes.Provider("cluster", {}) } },
    });
  });
}

test("is as the settings want it, under the names that older stacks have for its parts", async () => {
  const registrations = await registered({ etcdClusterSize: "5", etcdVersion: "3.3.12", snapshotDirectory: "kept" });
  const { spec } = registrations.named("trident-etcd-cluster").inputs as {
    spec: { size: number; version: string; repository: string; pod: { securityContext: object } };
  };
  assert.deepEqual([spec.size, spec.version, spec.repository], [5, "3.3.12", "quay.io/coreos/etcd"]);
  assert.ok("runAsUser" in spec.pod.securityContext);
  const { snapshotDirectory, record: recordName } = registrations.named("trident-etcd-final-snapshot").inputs;
  assert.deepEqual([snapshotDirectory, recordName], ["kept", "a-record"]);
  for (const name of ["etcd-tls", "etcd-operator", "etcd-definition-removal"]) registrations.named(name);
});

test("issues certificates with the settings' subject, keys and time", async () => {
  const raw = { certificateKeyAlgorithm: "ECDSA", certificateOrganization: "Storage", certificateValidityHours: "800" };
  const { inputs } = (await registered(raw)).named("etcd-tls-authority");
  assert.deepEqual(inputs.subject, { commonName: "Trident etcd", organization: "Storage" });
  assert.equal(inputs.validityPeriodHours, 800);
  assert.deepEqual(generatedAuthority(checkSettings(raw)), { keyAlgorithm: "ECDSA", organization: "Storage" });
});

test("saves snapshots by schedule as the settings want it, and none by default", async () => {
  const raw = {
    snapshotSchedule: "17 * * * *",
    snapshotKeep: "3",
    snapshotStorageClass: "fast",
    helperPod: '{"nodeSelector":{"a":"b"}}',
  };
  const registrations = await registered(raw);
  const { size, storageClass, makeAgain, clusterUid } = registrations.named("trident-etcd-snapshots-claim").inputs;
  assert.deepEqual([size, storageClass, makeAgain, clusterUid], ["10Gi", "fast", "", "u"]);
  const job = JSON.stringify(registrations.named("trident-etcd-snapshots-cron-job").inputs);
  assert.match(job, /"schedule":"17 \* \* \* \*"/);
  assert.match(job, /keep=3 keep_days=30/);
  assert.match(job, /"nodeSelector":{"a":"b"}/);
  assert.ok(!(await registered({})).all.some(({ name }) => name.includes("snapshots")));
});

test("lets Trident's pods in as clients, and those whose labels are set", async () => {
  const letIn = async (raw: RawSettings): Promise<object[]> => {
    const policy = (await registered(raw)).all.find(({ type }) => type.endsWith(":NetworkPolicy"));
    const { ingress } = (
      policy?.inputs as { spec: { ingress: { from: { podSelector: { matchLabels: object } }[] }[] } }
    ).spec;
    return ingress[0]?.from.map(({ podSelector }) => podSelector.matchLabels) ?? [];
  };
  const usual = await letIn({});
  const more = await letIn({ clientPodLabels: "app=etcdctl,team=storage" });
  assert.deepEqual(more, [...usual, { app: "etcdctl", team: "storage" }]);
  assert.ok(!usual.some((labels) => Object.keys(labels).length === 0), "nobody else is let in");
});

test("leaves users' numbers to OpenShift", async () => {
  const { spec } = (await registered({}, "openshift")).named("trident-etcd-cluster").inputs as {
    spec: { pod: { securityContext: object } };
  };
  assert.deepEqual(spec.pod.securityContext, { runAsNonRoot: true });
});

test("has the errors of a destroy name the commands that set the program's settings", async () => {
  const { inputs } = (await registered({})).named("trident-etcd-final-snapshot");
  assert.deepEqual(inputs.advice, {
    noSnapshot: 'pulumi config set snapshotDirectory "" && pulumi up',
    anotherFolder: "pulumi config set snapshotDirectory PATH && pulumi up",
    anotherEtcd: "pulumi config set abandonedEtcd ID && pulumi up",
  });
});
