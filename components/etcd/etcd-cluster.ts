import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { joinedBy, type PodSettings } from "@trident-etcd/migration/kubernetes/pod-settings.ts";
import { etcdClusterApiVersion } from "@trident-etcd/migration/kubernetes/etcd-cluster-api.ts";
import type { ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";

import { etcdClusterKind } from "./etcd-cluster-crd.ts";
import {
  createDisruptionBudget,
  createNetworkPolicy,
  memberAffinity,
  type AntiAffinity,
} from "./etcd-cluster-protection.ts";
import { etcdOperatorPods } from "./etcd-operator.ts";
import { objectLabels, type ObjectLabels } from "../labels.ts";

export interface EtcdClusterArgs {
  readonly namespace: pulumi.Input<string>;
  /** The name of the EtcdCluster; its members are reached by the Service `<clusterName>-client`. */
  readonly clusterName: pulumi.Input<string>;
  /**
   * How many members: 1, 3, 5 or 7.
   * @default 3
   */
  readonly size?: pulumi.Input<number>;
  /**
   * Where the members' image is, without a tag.
   * @default "quay.io/coreos/etcd"
   */
  readonly repository?: pulumi.Input<string>;
  /**
   * The version of etcd, without a leading v; the image's tag is `v<version>`, and a digest may follow (`3.4.22@sha256:...`). The
   * image must contain a shell.
   * @default "3.4.22"
   */
  readonly version?: pulumi.Input<string>;
  /** The Secrets with the certificates, under etcd-operator's key names. They must exist before the cluster. */
  readonly tls: EtcdClusterTls;
  /**
   * The image in which a member waits until its DNS name resolves.
   * @default "busybox:1.28.0-glibc"
   */
  readonly busyboxImage?: pulumi.Input<string>;
  /**
   * The labels of the pods in the same namespace that may reach the members; the operator's are always among them.
   * @default only the members and the operator
   */
  readonly clients?: readonly Readonly<Record<string, pulumi.Input<string>>>[];
  /**
   * Whether members stay away from nodes that have another one: where that can be had, always, or not.
   * @default "preferred"
   */
  readonly antiAffinity?: AntiAffinity;
  /**
   * The number of the user, never root, that members run as and that owns their volumes; "assigned" where the platform gives
   * each namespace numbers of its own, as OpenShift does.
   * @default 1000
   */
  readonly userId?: number | "assigned";
  /** As for EtcdOperator. */
  readonly apis?: ClusterApis;
  /**
   * What members are given besides, from the next one on that is made. An affinity to pods takes the place of `antiAffinity`. The
   * variables are etcd's own settings, such as ETCD_QUOTA_BACKEND_BYTES, and no place for secrets.
   * @default nothing
   */
  readonly memberPod?: MemberPod;
  /**
   * Claims that members made from then on keep their data on, each one of its own. Its storage is not to come from what keeps its state
   * in this etcd.
   * @default their data is in their pods, and gone with these
   */
  readonly storage?: MemberStorage;
  /**
   * How long to wait until all members are ready, in seconds.
   * @default 300
   */
  readonly timeoutSeconds?: number;
}

/** What the etcd-operator can give its members; it knows no pull secrets, priority classes, host aliases or DNS settings. */
export type MemberPod = Pick<PodSettings, "nodeSelector" | "tolerations" | "affinity" | "resources" | "env">;

export interface MemberStorage {
  /** Such as `2Gi`. */
  readonly size: pulumi.Input<string>;
  /** @default the cluster's default one */
  readonly storageClass?: pulumi.Input<string>;
}

export interface EtcdClusterTls {
  /** {etcd-client.crt, etcd-client.key, etcd-client-ca.crt} */
  readonly clientSecretName: pulumi.Input<string>;
  /** {server.crt, server.key, server-ca.crt} */
  readonly serverSecretName: pulumi.Input<string>;
  /** {peer.crt, peer.key, peer-ca.crt} */
  readonly peerSecretName: pulumi.Input<string>;
}

const clientPort = { name: "client", port: 2379, targetPort: 2379, protocol: "TCP" };
const peerPort = { name: "peer", port: 2380, targetPort: 2380, protocol: "TCP" };
const labels = objectLabels("etcd", "cluster");

/** An etcd cluster run by etcd-operator, which asks its clients and its members for certificates. */
export class EtcdCluster extends pulumi.ComponentResource {
  /** The EtcdCluster's name. Resolves only once all members are ready. */
  readonly clusterName: pulumi.Output<string>;
  /** The URL for clients in the same namespace. Resolves only once all members are ready. */
  readonly etcdClientEndpoint: pulumi.Output<string>;
  /** The members' names (those of their pods) when the cluster was last changed or refreshed. */
  readonly members: pulumi.Output<string[]>;

  constructor(name: string, args: EtcdClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:EtcdCluster", name, args, opts);

    const memberService = createMemberService(this, name, args);
    const clientService = createClientService(this, name, args);
    createDisruptionBudget(`${name}-disruption-budget`, protection(args), { parent: this });
    const networkPolicy = createNetworkPolicy(`${name}-network-policy`, protection(args), { parent: this });
    const cluster = createCluster(this, name, args, [memberService, clientService, networkPolicy]);

    // An id is known only when Pulumi has seen the members ready; a name would be known beforehand.
    this.clusterName = pulumi.all([cluster.metadata.name, cluster.id]).apply(([clusterName]) => clusterName);
    this.etcdClientEndpoint = pulumi
      .all([clientService.metadata.name, cluster.id])
      .apply(([service]) => `https://${service}:${clientPort.port}`);
    this.members = readyMembers(cluster);

    this.registerOutputs({
      clusterName: this.clusterName,
      etcdClientEndpoint: this.etcdClientEndpoint,
      members: this.members,
    });
  }
}

/**
 * Gives each member its DNS name, before it is ready: a member waits for that name. The operator would create this Service,
 * but marks it with an annotation that Kubernetes no longer honours; it leaves one alone that exists.
 */
function createMemberService(parent: EtcdCluster, name: string, args: EtcdClusterArgs): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    `${name}-members`,
    {
      metadata: serviceMetadata(args.clusterName, args),
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: memberSelector(args),
        ports: [clientPort, peerPort],
      },
    },
    { parent },
  );
}

function createClientService(parent: EtcdCluster, name: string, args: EtcdClusterArgs): kubernetes.core.v1.Service {
  return new kubernetes.core.v1.Service(
    `${name}-client`,
    {
      metadata: serviceMetadata(pulumi.interpolate`${args.clusterName}-client`, args),
      spec: { type: "ClusterIP", selector: memberSelector(args), ports: [clientPort] },
    },
    { parent },
  );
}

function serviceMetadata(name: pulumi.Input<string>, args: EtcdClusterArgs): kubernetes.types.input.meta.v1.ObjectMeta {
  return {
    name,
    namespace: args.namespace,
    labels,
    // Pulumi would wait for endpoints, and there are none before the cluster, which comes after its Services.
    annotations: { "pulumi.com/skipAwait": "true" },
  };
}

/** The labels that the operator puts on members. */
function memberSelector(args: Pick<EtcdClusterArgs, "clusterName">): Record<string, pulumi.Input<string>> {
  return { app: "etcd", etcd_cluster: args.clusterName };
}

function protection(args: EtcdClusterArgs) {
  const { namespace, clusterName, size = 3, clients = [], apis } = args;
  return { namespace, clusterName, size, members: memberSelector(args), clients: [etcdOperatorPods, ...clients], apis };
}

function createCluster(
  parent: EtcdCluster,
  name: string,
  args: EtcdClusterArgs,
  dependsOn: pulumi.Resource[],
): kubernetes.apiextensions.CustomResource {
  const timeout = `${args.timeoutSeconds ?? 300}s`;
  const size = pulumi.output(args.size ?? 3);
  return new kubernetes.apiextensions.CustomResource(
    `${name}-cluster`,
    {
      apiVersion: etcdClusterApiVersion,
      kind: etcdClusterKind,
      metadata: {
        name: args.clusterName,
        namespace: args.namespace,
        labels,
        annotations: { "pulumi.com/waitFor": size.apply(readyCondition) },
      },
      spec: etcdClusterSpec(args),
      // Asks for the property, which readyMembers reads; it is never sent.
      status: undefined,
    },
    { parent, dependsOn, customTimeouts: { create: timeout, update: timeout } },
  );
}

/** To pods, to keep away from other members, unless something else is said. */
function affinityOf(args: Pick<EtcdClusterArgs, "antiAffinity" | "clusterName" | "memberPod">): object {
  const apart = memberAffinity(args.antiAffinity ?? "preferred", memberSelector(args));
  const given: object = args.memberPod?.affinity ?? {};
  return { ...apart, ...given };
}

/**
 * Nobody else compacts, and the history would fill the database to its quota. In hours, which all versions of etcd from 3.1 on take;
 * a copy and its verification, which read at pinned revisions, take minutes.
 */
const compacting: NonNullable<MemberPod["env"]> = [{ name: "ETCD_AUTO_COMPACTION_RETENTION", value: "12" }];

/** As etcd-operator reads it (v0.9.4, pkg/apis/etcd/v1beta2/cluster.go). */
export interface EtcdClusterSpec {
  readonly size: pulumi.Input<number>;
  readonly repository: pulumi.Input<string>;
  readonly version: pulumi.Input<string>;
  readonly pod: {
    readonly busyboxImage: pulumi.Input<string>;
    readonly labels: ObjectLabels;
    readonly nodeSelector?: Record<string, string>;
    readonly tolerations?: kubernetes.types.input.core.v1.Toleration[];
    readonly etcdEnv: kubernetes.types.input.core.v1.EnvVar[];
    readonly resources: kubernetes.types.input.core.v1.ResourceRequirements;
    readonly affinity?: object;
    readonly persistentVolumeClaimSpec?: kubernetes.types.input.core.v1.PersistentVolumeClaimSpec;
    readonly securityContext: kubernetes.types.input.core.v1.PodSecurityContext;
  };
  readonly TLS: {
    readonly static: {
      readonly member: { readonly peerSecret: pulumi.Input<string>; readonly serverSecret: pulumi.Input<string> };
      readonly operatorSecret: pulumi.Input<string>;
    };
  };
}

/** What the EtcdCluster says, but for its name. */
export function etcdClusterSpec(args: Omit<EtcdClusterArgs, "namespace" | "clients">): EtcdClusterSpec {
  const { env = [], resources, nodeSelector, tolerations } = args.memberPod ?? {};
  const affinity = affinityOf(args);
  const pod: EtcdClusterSpec["pod"] = {
    busyboxImage: args.busyboxImage ?? "busybox:1.28.0-glibc",
    labels,
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
    ...(tolerations === undefined ? {} : { tolerations }),
    etcdEnv: joinedBy(compacting, env, "name"),
    resources: resources ?? { requests: { cpu: "100m", memory: "128Mi" } },
    ...(Object.keys(affinity).length === 0 ? {} : { affinity }),
    ...(args.storage === undefined ? {} : { persistentVolumeClaimSpec: claimOf(args.storage) }),
    securityContext: memberSecurityContext(args.userId ?? 1000),
  };
  return {
    size: args.size ?? 3,
    // The operator writes its own defaults of these two into the object where they are missing.
    repository: args.repository ?? "quay.io/coreos/etcd",
    version: args.version ?? "3.4.22",
    pod,
    TLS: {
      static: {
        member: { peerSecret: args.tls.peerSecretName, serverSecret: args.tls.serverSecretName },
        operatorSecret: args.tls.clientSecretName,
      },
    },
  };
}

function claimOf({ size, storageClass }: MemberStorage): kubernetes.types.input.core.v1.PersistentVolumeClaimSpec {
  return {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: size } },
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
  };
}

function memberSecurityContext(userId: number | "assigned"): kubernetes.types.input.core.v1.PodSecurityContext {
  return userId === "assigned" ? { runAsNonRoot: true } : { runAsNonRoot: true, runAsUser: userId, fsGroup: userId };
}

/** Phase Running only means that the first member was started. */
function readyCondition(size: number): string {
  return JSON.stringify(["jsonpath={.status.phase}=Running", `jsonpath={.status.members.ready[${size - 1}]}`]);
}

interface EtcdClusterStatus {
  readonly members?: { readonly ready?: readonly string[] };
}

function readyMembers(cluster: kubernetes.apiextensions.CustomResource): pulumi.Output<string[]> {
  const { status } = cluster as unknown as { readonly status: pulumi.Output<EtcdClusterStatus | undefined> };
  return status.apply((observed) => [...(observed?.members?.ready ?? [])].sort());
}
