import { Resolver } from "node:dns/promises";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startProcess, waitUntilReady } from "../machine/processes.ts";
import { clusterDomain, network, sandboxState } from "../sandbox-paths.ts";
import { toolchainBinary } from "../toolchain/toolchain.ts";
import { clientKubeconfig } from "./certificates.ts";
import type { KubernetesRelease } from "./kubernetes-version.ts";

/** Starts CoreDNS on the node's address: the name server of all pods. */
export async function startDns(namespaces: readonly string[], release: KubernetesRelease): Promise<void> {
  const directory = join(sandboxState, "dns");
  mkdirSync(directory, { recursive: true });
  const configuration = join(directory, "Corefile");
  writeFileSync(configuration, corefile());
  await startProcess({
    name: "coredns",
    program: toolchainBinary(release.coredns),
    arguments: ["-conf", configuration],
    namespaces,
  });
}

/** Waits until the name of the API's Service resolves, as pods will ask for it. */
export async function waitForDns(): Promise<void> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([network.nodeAddress]);
  await waitUntilReady("coredns", async () => {
    await resolver.resolve4(`kubernetes.default.svc.${clusterDomain}`);
  });
}

/**
 * Busybox applies no search list: etcd-operator's check of a member's name asks for NAME.NAMESPACE.svc as it stands, so
 * that is answered too. Nothing is cached: tests create and delete names all the time.
 */
function corefile(): string {
  return `.:53 {
    bind ${network.nodeAddress}
    errors
    rewrite name suffix .svc. .svc.${clusterDomain}. answer auto
    kubernetes ${clusterDomain} in-addr.arpa {
        kubeconfig ${clientKubeconfig("dns")} sandbox
        pods insecure
        ttl 1
    }
}
`;
}
