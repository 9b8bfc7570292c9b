import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1Container,
  V1Deployment,
  V1PersistentVolumeClaim,
  V1ServiceAccount,
} from "@kubernetes/client-node";
import { legacyTrident } from "./legacy-trident-names.ts";

export interface LegacyTridentOptions {
  readonly namespace: string;
  /** @default "trident" */
  readonly persistentVolumeClaim?: string;
  /** @default "netapp/trident:19.04.0" */
  readonly tridentImage?: string;
  /** @default "quay.io/coreos/etcd:v3.4.14" */
  readonly etcdImage?: string;
  /** @default "IfNotPresent" */
  readonly imagePullPolicy?: "Always" | "IfNotPresent" | "Never";
  /** Without it the cluster's default class. */
  readonly storageClassName?: string;
  /** @default false */
  readonly debug?: boolean;
  /** @default 1 */
  readonly replicas?: 0 | 1;
}

export interface LegacyTridentManifests {
  readonly serviceAccount: V1ServiceAccount;
  readonly clusterRole: V1ClusterRole;
  readonly clusterRoleBinding: V1ClusterRoleBinding;
  readonly persistentVolumeClaim: V1PersistentVolumeClaim;
  readonly deployment: V1Deployment;
}

/**
 * What `tridentctl install` of 19.04 leaves in a cluster: Trident and its own etcd in one pod, on a volume claim. The
 * Deployment is apps/v1, for the installer's extensions/v1beta1 is gone from today's Kubernetes.
 */
export function legacyTridentManifests(options: LegacyTridentOptions): LegacyTridentManifests {
  return {
    serviceAccount: {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: legacyTrident.serviceAccount, namespace: options.namespace },
    },
    clusterRole: clusterRole(),
    clusterRoleBinding: clusterRoleBinding(options.namespace),
    persistentVolumeClaim: persistentVolumeClaim(options),
    deployment: deployment(options),
  };
}

function clusterRole(): V1ClusterRole {
  const readAndWrite = ["get", "list", "watch", "create", "delete", "update", "patch"];
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: legacyTrident.clusterRole },
    rules: [
      { apiGroups: [""], resources: ["persistentvolumes", "persistentvolumeclaims"], verbs: readAndWrite },
      { apiGroups: [""], resources: ["persistentvolumeclaims/status"], verbs: ["update", "patch"] },
      { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
      { apiGroups: [""], resources: ["events"], verbs: ["watch", "create", "update", "patch"] },
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "delete"] },
    ],
  };
}

function clusterRoleBinding(namespace: string): V1ClusterRoleBinding {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: legacyTrident.clusterRole },
    subjects: [{ kind: "ServiceAccount", name: legacyTrident.serviceAccount, namespace }],
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: legacyTrident.clusterRole },
  };
}

function persistentVolumeClaim(options: LegacyTridentOptions): V1PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: claimName(options), namespace: options.namespace, labels: { ...legacyTrident.label } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "2Gi" } },
      ...(options.storageClassName === undefined ? {} : { storageClassName: options.storageClassName }),
    },
  };
}

function deployment(options: LegacyTridentOptions): V1Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: legacyTrident.deployment,
      namespace: options.namespace,
      labels: { ...legacyTrident.label },
    },
    spec: {
      replicas: options.replicas ?? 1,
      selector: { matchLabels: { ...legacyTrident.label } },
      template: {
        metadata: { labels: { ...legacyTrident.label } },
        spec: {
          serviceAccountName: legacyTrident.serviceAccount,
          containers: [tridentContainer(options), etcdContainer(options)],
          volumes: [{ name: "etcd-vol", persistentVolumeClaim: { claimName: claimName(options) } }],
        },
      },
    },
  };
}

function claimName(options: LegacyTridentOptions): string {
  return options.persistentVolumeClaim ?? legacyTrident.persistentVolumeClaim;
}

function tridentContainer(options: LegacyTridentOptions): V1Container {
  const debug = options.debug === true ? ["-debug"] : [];
  return {
    name: legacyTrident.tridentContainer,
    image: options.tridentImage ?? "netapp/trident:19.04.0",
    imagePullPolicy: options.imagePullPolicy ?? "IfNotPresent",
    command: ["/usr/local/bin/trident_orchestrator"],
    args: ["-etcd_v3", `http://127.0.0.1:${legacyTrident.etcdPort}`, "-k8s_pod", ...debug],
    livenessProbe: {
      exec: { command: ["tridentctl", "-s", `127.0.0.1:${legacyTrident.restPort}`, "get", "backend"] },
      failureThreshold: 2,
      initialDelaySeconds: 120,
      periodSeconds: 120,
      timeoutSeconds: 90,
    },
  };
}

function etcdContainer(options: LegacyTridentOptions): V1Container {
  const client = `http://127.0.0.1:${legacyTrident.etcdPort}`;
  const peer = "http://127.0.0.1:8002";
  return {
    name: legacyTrident.etcdContainer,
    image: options.etcdImage ?? "quay.io/coreos/etcd:v3.4.14",
    imagePullPolicy: options.imagePullPolicy ?? "IfNotPresent",
    command: ["/usr/local/bin/etcd"],
    args: [
      ...["-name", "etcd1"],
      ...["-advertise-client-urls", client, "-listen-client-urls", client],
      ...["-initial-advertise-peer-urls", peer, "-listen-peer-urls", peer],
      ...["-data-dir", "/var/etcd/data", "-initial-cluster", `etcd1=${peer}`],
    ],
    volumeMounts: [{ name: "etcd-vol", mountPath: "/var/etcd/data" }],
    livenessProbe: {
      exec: { command: healthCommand(client) },
      failureThreshold: 2,
      initialDelaySeconds: 15,
      periodSeconds: 15,
      timeoutSeconds: 10,
    },
  };
}

// The installer's probe is the v2 API's `cluster-health`, which an image of etcd 3.4 under this name would fail.
function healthCommand(endpoint: string): string[] {
  return ["/bin/sh", "-ec", `ETCDCTL_API=3 etcdctl --endpoints=${endpoint} endpoint health`];
}
