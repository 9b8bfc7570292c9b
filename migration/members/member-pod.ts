import type {
  V1Affinity,
  V1EnvVar,
  V1PersistentVolumeClaimSpec,
  V1Pod,
  V1PodSecurityContext,
  V1ResourceRequirements,
} from "@kubernetes/client-node";
import type { V1Toleration, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import { memberClientPort } from "../connect/cluster-members.ts";

/** What an EtcdCluster says, as far as its members' pods depend on it. */
export interface MemberSpec {
  readonly repository: string;
  /** Without a leading v. */
  readonly version: string;
  readonly pod: {
    readonly busyboxImage?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resources?: V1ResourceRequirements;
    readonly affinity?: V1Affinity;
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: V1Toleration[];
    readonly etcdEnv?: V1EnvVar[];
    readonly persistentVolumeClaimSpec?: V1PersistentVolumeClaimSpec;
    readonly securityContext?: V1PodSecurityContext;
  };
  readonly TLS: {
    readonly static: {
      readonly member: { readonly peerSecret: string; readonly serverSecret: string };
      readonly operatorSecret: string;
    };
  };
}

/**
 * A member as the etcd-operator (0.9.4, pkg/util/k8sutil) makes it, but for what admission does not look at: its name, its commands
 * and its probes. It takes a SecurityContext for the pod and none for containers, and knows no seccompProfile.
 */
export function memberPod(namespace: string, etcdCluster: string, spec: MemberSpec): V1Pod {
  const { labels, annotations, resources = {}, affinity, nodeSelector, tolerations, etcdEnv } = spec.pod;
  const { volumes, volumeMounts } = volumesOf(spec);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: `${etcdCluster}-`,
      namespace,
      labels: { ...labels, app: "etcd", etcd_node: etcdCluster, etcd_cluster: etcdCluster },
      annotations: { ...annotations, "etcd.version": spec.version },
    },
    spec: {
      initContainers: [
        { name: "check-dns", image: spec.pod.busyboxImage ?? "busybox:1.28.0-glibc", command: ["/bin/sh"], resources },
      ],
      containers: [
        {
          name: "etcd",
          image: `${spec.repository}:v${spec.version}`,
          command: ["/usr/local/bin/etcd"],
          ports: [
            { name: "server", containerPort: 2380, protocol: "TCP" },
            { name: "client", containerPort: memberClientPort, protocol: "TCP" },
          ],
          volumeMounts,
          resources,
          ...(etcdEnv === undefined ? {} : { env: etcdEnv }),
        },
      ],
      restartPolicy: "Never",
      volumes,
      subdomain: etcdCluster,
      automountServiceAccountToken: false,
      securityContext: knownToTheOperator(spec.pod.securityContext),
      ...(affinity === undefined ? {} : { affinity }),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
      ...(tolerations === undefined ? {} : { tolerations }),
    },
  };
}

function volumesOf({ TLS, pod: { persistentVolumeClaimSpec } }: MemberSpec): {
  volumes: V1Volume[];
  volumeMounts: V1VolumeMount[];
} {
  const { member, operatorSecret } = TLS.static;
  const secrets = [
    ["member-peer-tls", "/etc/etcdtls/member/peer-tls", member.peerSecret],
    ["member-server-tls", "/etc/etcdtls/member/server-tls", member.serverSecret],
    ["etcd-client-tls", "/etc/etcdtls/operator/etcd-tls", operatorSecret],
  ] as const;
  return {
    volumes: [
      ...secrets.map(([name, , secretName]) => ({ name, secret: { secretName } })),
      // A claim is called as its member is; which one matters to nobody before there is one.
      persistentVolumeClaimSpec === undefined
        ? { name: "etcd-data", emptyDir: {} }
        : { name: "etcd-data", persistentVolumeClaim: { claimName: "later" } },
    ],
    volumeMounts: [
      ...secrets.map(([name, mountPath]) => ({ name, mountPath })),
      { name: "etcd-data", mountPath: "/var/etcd" },
    ],
  };
}

/** It drops the fields that came after 2018 when it reads its EtcdCluster. */
function knownToTheOperator(given: V1PodSecurityContext = {}): V1PodSecurityContext {
  const known = [
    "fsGroup",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "seLinuxOptions",
    "supplementalGroups",
    "sysctls",
  ];
  return Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name)));
}
