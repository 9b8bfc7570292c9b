import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startProcess, waitUntilReady } from "../machine/processes.ts";
import { clusterDomain, network, nodeName, sandboxState } from "../sandbox-paths.ts";
import { toolchainBinary } from "../toolchain/toolchain.ts";
import { askApi } from "./api.ts";
import { certificateFile, clientKubeconfig, keyFile } from "./certificates.ts";
import type { KubernetesRelease } from "./kubernetes-version.ts";

const directory = join(sandboxState, "kubelet");

/** Starts the kubelet, which registers the node. */
export async function startKubelet(namespaces: readonly string[], release: KubernetesRelease): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const configuration = join(directory, "configuration.json");
  writeFileSync(configuration, JSON.stringify(kubeletConfiguration(release), null, 2));
  writeFileSync(join(directory, "resolv.conf"), `nameserver ${network.nodeAddress}\n`);
  await startProcess({
    name: "kubelet",
    program: toolchainBinary(release.kube),
    arguments: [
      "kubelet",
      `--config=${configuration}`,
      `--kubeconfig=${clientKubeconfig("kubelet")}`,
      `--root-dir=${directory}`,
      `--cert-dir=${join(directory, "certificates")}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${network.nodeAddress}`,
      ...release.kubeletFlags,
    ],
    namespaces,
  });
}

/** @throws SandboxProcessError when the kubelet does not bring the node to Ready */
export async function waitForNode(): Promise<void> {
  await waitUntilReady("kubelet", async () => {
    if (!(await isNodeReady())) throw new Error("the node is not Ready");
  });
}

export async function isNodeReady(): Promise<boolean> {
  const node = JSON.parse(await askApi("GET", `/api/v1/nodes/${nodeName}`)) as {
    status: { conditions?: { type: string; status: string }[] };
  };
  return node.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function kubeletConfiguration(release: KubernetesRelease): unknown {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificateFile("ca") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: certificateFile("kubelet-server"),
    tlsPrivateKeyFile: keyFile("kubelet-server"),
    address: network.nodeAddress,
    clusterDNS: [network.nodeAddress],
    clusterDomain,
    resolvConf: join(directory, "resolv.conf"),
    // Without the kubelet's own bookkeeping of the whole machine.
    cgroupDriver: "cgroupfs",
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    oomScoreAdj: 0,
    // A full disk of this machine must not drive pods away, and an image deleted here could never be pulled again.
    evictionHard: { "memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    maxPods: 200,
    // Pods come and go often here, and two cores are few.
    nodeStatusUpdateFrequency: "5s",
    healthzBindAddress: "127.0.0.1",
    ...release.kubeletConfiguration,
  };
}
