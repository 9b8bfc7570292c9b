import assert from "node:assert/strict";
import { test } from "node:test";

import { memberAffinity } from "../../../components/etcd/etcd-cluster-protection.ts";
import { EtcdCluster } from "../../../components/etcd/etcd-cluster.ts";
import type { EtcdClusterArgs } from "../../../components/etcd/etcd-cluster.ts";
import { newestApis } from "../../../migration/kubernetes/cluster-apis.ts";
import { majorityOf } from "../../../migration/connect/cluster-members.ts";
import { record } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

const members = { app: "etcd", etcd_cluster: "db" };

function cluster(args: Partial<EtcdClusterArgs> = {}): Promise<Registrations> {
  return record(false, () => {
    new EtcdCluster("db", {
      namespace: "storage",
      clusterName: "db",
      tls: { clientSecretName: "client", serverSecretName: "server", peerSecretName: "peer" },
      ...args,
    });
  });
}

async function podOf(args: Partial<EtcdClusterArgs> = {}): Promise<Record<string, unknown>> {
  const { inputs } = (await cluster(args)).named("db-cluster");
  return (inputs.spec as { pod: Record<string, unknown> }).pod;
}

for (const [size, needed] of [
  [1, 1],
  [3, 2],
  [5, 3],
  [7, 4],
] as const) {
  test(`keeps ${needed} of ${size} members while nodes are drained`, async () => {
    assert.equal(majorityOf(size), needed);
    const { spec } = (await cluster({ size })).named("db-disruption-budget").inputs;
    assert.deepEqual(spec, { minAvailable: needed, selector: { matchLabels: members } });
  });
}

test("lets members, the operator and the clients to the client port, and only members to the peer port", async () => {
  const { spec } = (await cluster({ clients: [{ app: "application" }] })).named("db-network-policy").inputs;
  const from = (...labels: object[]): object[] => labels.map((matchLabels) => ({ podSelector: { matchLabels } }));
  assert.deepEqual(spec, {
    podSelector: { matchLabels: members },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: from(members, { name: "etcd-operator" }, { app: "application" }),
        ports: [{ protocol: "TCP", port: 2379 }],
      },
      { from: from(members), ports: [{ protocol: "TCP", port: 2380 }] },
    ],
  });
});

test("lets only members and the operator in when no clients are named", async () => {
  const { spec } = (await cluster()).named("db-network-policy").inputs;
  const [{ from }] = (spec as { ingress: [{ from: object[] }] }).ingress;
  assert.equal(from.length, 2);
});

test("runs members as a user that is not root, and gives it their volumes", async () => {
  assert.deepEqual((await podOf()).securityContext, { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
  assert.deepEqual((await podOf({ userId: 2000 })).securityContext, {
    runAsNonRoot: true,
    runAsUser: 2000,
    fsGroup: 2000,
  });
  assert.deepEqual((await podOf({ userId: "assigned" })).securityContext, { runAsNonRoot: true });
});

test("keeps members off each other's nodes where that can be had, unless told otherwise", async () => {
  const others = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: members } };
  assert.deepEqual((await podOf()).affinity, {
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: others }] },
  });
  assert.deepEqual((await podOf({ antiAffinity: "required" })).affinity, {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [others] },
  });
  assert.equal((await podOf({ antiAffinity: "none" })).affinity, undefined);
  assert.equal(memberAffinity("none", members), undefined);
});

test("budgets disruptions in the version that the cluster serves, and goes over to the newer one without making it anew", async () => {
  const older = await cluster({ apis: { ...newestApis, podDisruptionBudget: "policy/v1beta1" } });
  assert.equal(older.named("db-disruption-budget").type, "kubernetes:policy/v1beta1:PodDisruptionBudget");
  const { type, aliases } = (await cluster()).named("db-disruption-budget");
  assert.equal(type, "kubernetes:policy/v1:PodDisruptionBudget");
  assert.match(aliases.join(), /policy\/v1beta1:PodDisruptionBudget/);
});
