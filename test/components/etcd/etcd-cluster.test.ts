import assert from "node:assert/strict";
import { test } from "node:test";

import { EtcdCluster, type MemberPod, type MemberStorage } from "../../../components/etcd/etcd-cluster.ts";
import { record, valueOf } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

const clusterType = "kubernetes:etcd.database.coreos.com/v1beta2:EtcdCluster";

let component: EtcdCluster | undefined;

function cluster(preview = false, size = 3, memberPod?: MemberPod, storage?: MemberStorage): Promise<Registrations> {
  return record(preview, () => {
    component = new EtcdCluster("db", {
      namespace: "storage",
      clusterName: "db",
      size,
      repository: "registry.example/etcd",
      version: "3.4.20",
      busyboxImage: "registry.example/busybox:1",
      tls: { clientSecretName: "client", serverSecretName: "server", peerSecretName: "peer" },
      timeoutSeconds: 90,
      ...(memberPod === undefined ? {} : { memberPod }),
      ...(storage === undefined ? {} : { storage }),
    });
  });
}

interface ServiceInputs {
  metadata: { name: string; annotations: Record<string, string> };
  spec: Record<string, unknown>;
}

async function service(name: string): Promise<ServiceInputs> {
  return (await cluster()).named(name).inputs as unknown as ServiceInputs;
}

for (const preview of [true, false]) {
  test(`registers the EtcdCluster, its Services and what protects its members ${preview ? "in a preview" : "in an update"}`, async () => {
    const registered = await cluster(preview);
    assert.deepEqual(registered.all.map(({ type, name }) => `${type} ${name}`).sort(), [
      "kubernetes:core/v1:Service db-client",
      "kubernetes:core/v1:Service db-members",
      `${clusterType} db-cluster`,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy db-network-policy",
      "kubernetes:policy/v1:PodDisruptionBudget db-disruption-budget",
      "trident-etcd:index:EtcdCluster db",
    ]);
  });
}

test("creates before the EtcdCluster its Services, for whose names members wait, and the policy that closes their ports", async () => {
  const { dependencies } = (await cluster()).ofType(clusterType)[0] ?? {};
  assert.deepEqual(dependencies, ["db-client", "db-members", "db-network-policy"]);
});

test("publishes members that are not ready yet under the EtcdCluster's own name, without a cluster address", async () => {
  const { metadata, spec } = await service("db-members");
  assert.equal(metadata.name, "db");
  assert.equal(spec.publishNotReadyAddresses, true);
  assert.equal(spec.clusterIP, "None");
  assert.deepEqual(spec.selector, { app: "etcd", etcd_cluster: "db" });
  assert.deepEqual(
    (spec.ports as { name: string; port: number }[]).map(({ name, port }) => [name, port]),
    [
      ["client", 2379],
      ["peer", 2380],
    ],
  );
});

test("offers clients a Service of ready members only", async () => {
  const { metadata, spec } = await service("db-client");
  assert.equal(metadata.name, "db-client");
  assert.equal(spec.publishNotReadyAddresses, undefined);
  assert.deepEqual(
    (spec.ports as { port: number }[]).map(({ port }) => port),
    [2379],
  );
});

test("does not let Pulumi wait for the Services' endpoints, which come only with the members", async () => {
  for (const name of ["db-members", "db-client"]) {
    assert.equal((await service(name)).metadata.annotations["pulumi.com/skipAwait"], "true", name);
  }
});

for (const [size, last] of [
  [1, 0],
  [3, 2],
  [5, 4],
] as const) {
  test(`waits until ${size} of ${size} members are ready, not only for the phase`, async () => {
    const [registered] = (await cluster(false, size)).ofType(clusterType);
    const { annotations } = registered?.inputs.metadata as { annotations: Record<string, string> };
    assert.deepEqual(JSON.parse(annotations["pulumi.com/waitFor"] ?? ""), [
      "jsonpath={.status.phase}=Running",
      `jsonpath={.status.members.ready[${last}]}`,
    ]);
  });
}

test("says everything that the operator would otherwise fill in, and names the three Secrets", async () => {
  const [registered] = (await cluster()).ofType(clusterType);
  assert.ok(registered);
  const spec = registered.inputs.spec as Record<string, unknown> & { pod: Record<string, unknown> };
  assert.equal(spec.size, 3);
  assert.equal(spec.repository, "registry.example/etcd");
  assert.equal(spec.version, "3.4.20");
  assert.equal(spec.pod.busyboxImage, "registry.example/busybox:1");
  assert.deepEqual(spec.TLS, {
    static: { member: { peerSecret: "peer", serverSecret: "server" }, operatorSecret: "client" },
  });
  assert.equal(registered.inputs.status, undefined);
  assert.deepEqual(registered.customTimeouts, { create: "90s", update: "90s" });
});

test("gives the endpoint and the members' names once the members are ready", async () => {
  await cluster();
  assert.ok(component);
  assert.equal(await valueOf(component.etcdClientEndpoint), "https://db-client:2379");
  assert.equal(await valueOf(component.clusterName), "db");
  assert.deepEqual(await valueOf(component.members), ["member-a", "member-b"]);
});

test("does not know the endpoint in a preview of a new cluster", async () => {
  await cluster(true);
  assert.ok(component);
  assert.equal(await valueOf(component.etcdClientEndpoint), undefined);
  assert.equal(await valueOf(component.members), undefined);
});

test("has members compact their history, by a variable that every version of etcd takes", async () => {
  assert.deepEqual((await memberPod()).etcdEnv, [{ name: "ETCD_AUTO_COMPACTION_RETENTION", value: "12" }]);
});

test("gives members what the operator can give them, and keeps them apart as before", async () => {
  const pod = await memberPod({
    nodeSelector: { disk: "fast" },
    tolerations: [{ operator: "Exists" }],
    affinity: { nodeAffinity: {} },
    resources: { limits: { memory: "1Gi" } },
    env: [
      { name: "ETCD_AUTO_COMPACTION_RETENTION", value: "1" },
      { name: "ETCD_QUOTA_BACKEND_BYTES", value: "4294967296" },
    ],
  });
  assert.deepEqual(pod.nodeSelector, { disk: "fast" });
  assert.deepEqual(pod.tolerations, [{ operator: "Exists" }]);
  assert.deepEqual(Object.keys(pod.affinity as object).sort(), ["nodeAffinity", "podAntiAffinity"]);
  assert.deepEqual(pod.resources, { limits: { memory: "1Gi" } });
  assert.deepEqual(pod.etcdEnv, [
    { name: "ETCD_AUTO_COMPACTION_RETENTION", value: "1" },
    { name: "ETCD_QUOTA_BACKEND_BYTES", value: "4294967296" },
  ]);
});

test("has each member keep its data on a claim of its own where storage is given, and not otherwise", async () => {
  assert.equal((await memberPod()).persistentVolumeClaimSpec, undefined);
  assert.deepEqual((await memberPod(undefined, { size: "4Gi" })).persistentVolumeClaimSpec, {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "4Gi" } },
  });
  const fast = await memberPod(undefined, { size: "4Gi", storageClass: "fast" });
  assert.equal((fast.persistentVolumeClaimSpec as { storageClassName: string }).storageClassName, "fast");
});

async function memberPod(given?: MemberPod, storage?: MemberStorage): Promise<Record<string, unknown>> {
  const [registered] = (await cluster(false, 3, given, storage)).ofType(clusterType);
  return (registered?.inputs.spec as { pod: Record<string, unknown> }).pod;
}
