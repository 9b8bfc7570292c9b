import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { importImages } from "./images/import-images.ts";
import { askApi } from "./kubernetes/api.ts";
import { createCertificates } from "./kubernetes/certificates.ts";
import { startContainerd } from "./kubernetes/containerd.ts";
import { startApiServer, startControllers } from "./kubernetes/control-plane.ts";
import { startDns, waitForDns } from "./kubernetes/dns.ts";
import { startKubeProxy } from "./kubernetes/kube-proxy.ts";
import { isNodeReady, startKubelet, waitForNode } from "./kubernetes/kubelet.ts";
import { findLeftovers } from "./machine/leftovers.ts";
import { withLock } from "./machine/lock.ts";
import { ensureMachinePackages } from "./machine/machine-packages.ts";
import { createNetworkNamespace } from "./machine/network-namespace.ts";
import { nodeNamespaces, startNodeNamespaces } from "./machine/node-namespaces.ts";
import { isRunning, recordedComponents, waitUntilReady } from "./machine/processes.ts";
import { requireRoot } from "./machine/root.ts";
import { tearDown } from "./machine/tear-down.ts";
import { startProgress } from "./progress.ts";
import { kubeconfigPath, sandboxLock, sandboxState } from "./sandbox-paths.ts";
import { createStorageClass } from "./storage/storage-class.ts";
import { startVolumeProvisioner } from "./storage/volume-provisioner.ts";
import { buildToolchain } from "./toolchain/build-toolchain.ts";
import { sandboxParts } from "./toolchain/parts.ts";

/** Started after all the others: where it was started, they were too. */
const lastComponent = "volume-provisioner";

/**
 * Starts the one-node Kubernetes on this machine and returns when pods can run on it; on a healthy one, only brings its
 * images up to date. What a broken sandbox left is cleaned up first.
 * @throws RootNeededError, MachinePackagesError, GoMissingError, PartBuildError, SandboxProcessError, CommandError
 */
export async function startSandbox(report: (line: string) => void): Promise<void> {
  requireRoot();
  await withLock(sandboxLock, report, async () => {
    await buildToolchain(report, sandboxParts);
    if (await isHealthy()) {
      await importImages(report);
      report("the sandbox runs already");
      return;
    }
    await ensureMachinePackages(report);
    if (findLeftovers().length > 0) {
      report("cleaning up what is left of a sandbox that does not run as it should");
      await tearDown();
    }
    await startNode(report);
  });
}

async function startNode(report: (line: string) => void): Promise<void> {
  mkdirSync(sandboxState, { recursive: true, mode: 0o711 });
  await createNetworkNamespace();
  const namespaces = nodeNamespaces(await startNodeNamespaces());
  await createCertificates();
  report("starting Kubernetes' etcd, the API server and containerd");
  await Promise.all([startApiServer(namespaces), startContainerd(namespaces).then(() => importImages(report))]);
  report("starting controllers, kubelet, kube-proxy, CoreDNS and the volume provisioner");
  await Promise.all([
    startControllers(namespaces),
    startKubelet(namespaces),
    startKubeProxy(namespaces),
    startDns(namespaces),
    createStorageClass(),
  ]);
  await startVolumeProvisioner(namespaces);
  await Promise.all([waitForNode(), waitForDns(), waitForServiceAccount()]);
  report(`the sandbox is ready: export KUBECONFIG=${kubeconfigPath}`);
}

/** Pods can be created once the controllers have made the namespace's service account. */
async function waitForServiceAccount(): Promise<void> {
  await waitUntilReady("kube-controller-manager", async () => {
    await askApi("GET", "/api/v1/namespaces/default/serviceaccounts/default");
    await askApi("GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt");
  });
}

/** A busy machine may miss a heartbeat: as long as all components run, an answer is waited for. */
async function isHealthy(): Promise<boolean> {
  const deadline = Date.now() + 15_000;
  const components = recordedComponents();
  while (components.includes(lastComponent) && components.every(isRunning)) {
    try {
      await askApi("GET", "/readyz");
      if (await isNodeReady()) return true;
    } catch {
      // Not now.
    }
    if (Date.now() > deadline) return false;
    await sleep(500);
  }
  return false;
}

if (import.meta.main) {
  const report = startProgress();
  try {
    await startSandbox(report);
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    console.error(`The logs are in ${join(sandboxState, "logs")}; \`make sandbox-down\` cleans up.`);
    process.exitCode = 1;
  }
}
