import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { newestApis, type ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { majorityOf } from "@trident-etcd/migration/connect/cluster-members.ts";

import { objectLabels } from "../labels.ts";

type Labels = Readonly<Record<string, pulumi.Input<string>>>;

export interface EtcdClusterProtectionArgs {
  readonly namespace: pulumi.Input<string>;
  readonly clusterName: pulumi.Input<string>;
  /** How many members the cluster has. */
  readonly size: pulumi.Input<number>;
  /** The labels by which its members are known. */
  readonly members: Labels;
  /** The labels of all other pods in the namespace that may reach the members as clients, the operator's among them. */
  readonly clients: readonly Labels[];
  /** @default as every Kubernetes from 1.21 on takes it */
  readonly apis?: ClusterApis | undefined;
}

export type AntiAffinity = "preferred" | "required" | "none";

const labels = objectLabels("etcd", "cluster");
const hostname = "kubernetes.io/hostname";

/**
 * Keeps as many members up as decide for the cluster while nodes are drained. By number: Kubernetes can't tell how many there
 * should be of pods without a controller of its own. A single member is never evicted, since its data would go with it.
 */
export function createDisruptionBudget(
  name: string,
  args: EtcdClusterProtectionArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const { podDisruptionBudget } = args.apis ?? newestApis;
  const { PodDisruptionBudget } = kubernetes.policy[podDisruptionBudget === "policy/v1" ? "v1" : "v1beta1"];
  return new PodDisruptionBudget(
    name,
    {
      metadata: { name: args.clusterName, namespace: args.namespace, labels },
      spec: { minAvailable: pulumi.output(args.size).apply(majorityOf), selector: { matchLabels: args.members } },
    },
    opts,
  );
}

/** Lets only the members and the clients in, each on its port. What reaches a pod through the kubelet is not held up. */
export function createNetworkPolicy(
  name: string,
  args: EtcdClusterProtectionArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.networking.v1.NetworkPolicy {
  const members = { podSelector: { matchLabels: args.members } };
  const clients = args.clients.map((matchLabels) => ({ podSelector: { matchLabels } }));
  return new kubernetes.networking.v1.NetworkPolicy(
    name,
    {
      metadata: { name: args.clusterName, namespace: args.namespace, labels },
      spec: {
        podSelector: { matchLabels: args.members },
        policyTypes: ["Ingress"],
        ingress: [
          { from: [members, ...clients], ports: [{ protocol: "TCP", port: 2379 }] },
          { from: [members], ports: [{ protocol: "TCP", port: 2380 }] },
        ],
      },
    },
    opts,
  );
}

/** How members keep away from nodes that have another one; undefined where they need not. */
export function memberAffinity(
  antiAffinity: AntiAffinity,
  members: Labels,
): kubernetes.types.input.core.v1.Affinity | undefined {
  const others = { topologyKey: hostname, labelSelector: { matchLabels: members } };
  switch (antiAffinity) {
    case "none":
      return undefined;
    case "preferred":
      return {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: others }],
        },
      };
    case "required":
      return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [others] } };
  }
}
