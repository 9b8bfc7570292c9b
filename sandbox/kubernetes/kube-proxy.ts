import { startProcess } from "../machine/processes.ts";
import { network, nodeName } from "../sandbox-paths.ts";
import { toolchainBinary } from "../toolchain/toolchain.ts";
import { clientKubeconfig } from "./certificates.ts";
import type { KubernetesRelease } from "./kubernetes-version.ts";

/** Starts kube-proxy, which makes the addresses of Services work inside the node's network namespace. */
export async function startKubeProxy(namespaces: readonly string[], release: KubernetesRelease): Promise<void> {
  await startProcess({
    name: "kube-proxy",
    program: toolchainBinary(release.kube),
    arguments: [
      "proxy",
      `--kubeconfig=${clientKubeconfig("kube-proxy")}`,
      `--cluster-cidr=${network.pods}`,
      `--hostname-override=${nodeName}`,
      // The size of the table of connections belongs to the whole machine.
      "--conntrack-max-per-core=0",
      "--oom-score-adj=0",
      ...release.proxyFlags,
    ],
    namespaces,
  });
}
