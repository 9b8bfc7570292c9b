import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { sandboxState } from "../sandbox-paths.ts";
import type { PartName } from "../toolchain/parts.ts";
import { containerdSocket } from "./containerd.ts";

/** A release of Kubernetes that the sandbox can run, and in what it takes other care than the others: all else is the same. */
export interface KubernetesRelease {
  /** Of the toolchain: what to build. */
  readonly parts: readonly PartName[];
  /** The binary of its control plane and node agents. */
  readonly kube: string;
  /** The binary of a CoreDNS that knows its API. */
  readonly coredns: string;
  /** Where the API server says that it is ready. */
  readonly health: "/readyz" | "/healthz";
  /** What a namespace's default service account needs before a pod can be created there. */
  readonly podsNeed: "the ConfigMap of the root certificate" | "a token Secret";
  readonly kubeletFlags: readonly string[];
  /** Laid over the kubelet's configuration. */
  readonly kubeletConfiguration: Readonly<Record<string, unknown>>;
  readonly proxyFlags: readonly string[];
}

export type KubernetesVersion = keyof typeof kubernetesReleases;

const kubelet = join(sandboxState, "kubelet");
const runtimeEndpoint = `unix://${containerdSocket}`;
const volumePlugins = join(kubelet, "volume-plugins");

/** Without API for EndpointSlices, with a token Secret for each service account, and a kubelet told by flags what is in its configuration later. */
const old = {
  coredns: "coredns-1.9.4",
  health: "/healthz",
  podsNeed: "a token Secret",
  kubeletFlags: [
    "--container-runtime=remote",
    `--container-runtime-endpoint=${runtimeEndpoint}`,
    `--volume-plugin-dir=${volumePlugins}`,
    `--seccomp-profile-root=${join(kubelet, "seccomp")}`,
  ],
  kubeletConfiguration: {},
  proxyFlags: [
    "--proxy-mode=iptables",
    // How long connections are kept is the whole machine's as well.
    "--conntrack-tcp-timeout-established=0s",
    "--conntrack-tcp-timeout-close-wait=0s",
    "--healthz-bind-address=127.0.0.1",
    "--metrics-bind-address=127.0.0.1",
  ],
} as const satisfies Partial<KubernetesRelease>;

const kubernetesReleases = {
  "1.14": { ...old, parts: ["kubernetes-1.14", "coredns-1.9.4"], kube: "kube-1.14" },
  "1.16": { ...old, parts: ["kubernetes-1.16", "coredns-1.9.4"], kube: "kube-1.16" },
  "1.34": {
    parts: ["kubernetes", "coredns"],
    kube: "kube",
    coredns: "coredns",
    health: "/readyz",
    podsNeed: "the ConfigMap of the root certificate",
    kubeletFlags: [],
    kubeletConfiguration: {
      containerRuntimeEndpoint: runtimeEndpoint,
      volumePluginDir: volumePlugins,
      failCgroupV1: false,
      imageMaximumGCAge: "0s",
      // Nothing is resized here, and without cgroupsPerQOS a kubelet dereferences nil there, now and then, when a pod is started
      // (kubernetes/kubernetes#137999): the node is gone, and nobody starts it again.
      featureGates: { InPlacePodVerticalScaling: false },
      registerNode: true,
      shutdownGracePeriod: "0s",
    },
    proxyFlags: [
      "--proxy-mode=nftables",
      "--healthz-bind-address=127.0.0.1:10256",
      "--metrics-bind-address=127.0.0.1:10249",
    ],
  },
} as const satisfies Record<string, KubernetesRelease>;

export const newestKubernetes: KubernetesVersion = "1.34";

export function kubernetesRelease(version: KubernetesVersion): KubernetesRelease {
  return kubernetesReleases[version];
}

/**
 * The version that `KUBERNETES=` names; undefined when nothing is named.
 * @throws RangeError for one that the sandbox does not have
 */
export function parseKubernetesVersion(named: string | undefined): KubernetesVersion | undefined {
  if (named === undefined || named === "") return undefined;
  if (named in kubernetesReleases) return named as KubernetesVersion;
  const known = Object.keys(kubernetesReleases).join(", ");
  throw new RangeError(`KUBERNETES=${named}: the sandbox has no such version of Kubernetes; it has ${known}`);
}

const recordPath = join(sandboxState, "kubernetes-version");

export function recordKubernetesVersion(version: KubernetesVersion): void {
  writeFileSync(recordPath, `${version}\n`);
}

/** The version of the sandbox that was started last; undefined when there is none. */
export function recordedKubernetesVersion(): KubernetesVersion | undefined {
  try {
    return parseKubernetesVersion(readFileSync(recordPath, "utf8").trim());
  } catch {
    return undefined;
  }
}
