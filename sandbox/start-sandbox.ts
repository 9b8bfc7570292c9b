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
import {
  kubernetesRelease,
  newestKubernetes,
  parseKubernetesVersion,
  recordedKubernetesVersion,
  recordKubernetesVersion,
} from "./kubernetes/kubernetes-version.ts";
import type { KubernetesRelease, KubernetesVersion } from "./kubernetes/kubernetes-version.ts";
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

/** A sandbox runs, and its Kubernetes is not of the version that was asked for. */
export class AnotherKubernetesRunsError extends Error {
  override readonly name = "AnotherKubernetesRunsError";
  constructor(running: KubernetesVersion, wanted: KubernetesVersion) {
    super(
      `The sandbox runs, with Kubernetes ${running} and whatever was made there; ${wanted} is wanted. End it with \`make sandbox-down\`, ` +
        "or start another one beside it: TRIDENT_ETCD_SANDBOX_INSTANCE=1 in front of each command.",
    );
  }
}

/**
 * Starts the one-node Kubernetes on this machine and returns when pods can run on it; on a healthy one, only brings its
 * images up to date. What a broken sandbox left is cleaned up first.
 * @param wanted without it, a healthy sandbox may be of any version, and a new one is of the newest
 * @throws RootNeededError, MachinePackagesError, GoMissingError, PartBuildError, SandboxProcessError, CommandError,
 * AnotherKubernetesRunsError
 */
export async function startSandbox(report: (line: string) => void, wanted?: KubernetesVersion): Promise<void> {
  requireRoot();
  await withLock(sandboxLock, report, async () => {
    // Without a record, one was started before there were several.
    const recorded = recordedKubernetesVersion() ?? newestKubernetes;
    if (await isHealthy(kubernetesRelease(recorded))) {
      if (wanted !== undefined && wanted !== recorded) throw new AnotherKubernetesRunsError(recorded, wanted);
      await buildToolchain(report, sandboxParts);
      await importImages(report);
      report(`the sandbox runs already, with Kubernetes ${recorded}`);
      return;
    }
    const version = wanted ?? newestKubernetes;
    await buildToolchain(report, [...sandboxParts, ...kubernetesRelease(version).parts]);
    await ensureMachinePackages(report);
    if (findLeftovers().length > 0) {
      report("cleaning up what is left of a sandbox that does not run as it should");
      await tearDown();
    }
    await startNode(report, version);
  });
}

async function startNode(report: (line: string) => void, version: KubernetesVersion): Promise<void> {
  const release = kubernetesRelease(version);
  mkdirSync(sandboxState, { recursive: true, mode: 0o711 });
  recordKubernetesVersion(version);
  await createNetworkNamespace();
  const namespaces = nodeNamespaces(await startNodeNamespaces());
  await createCertificates();
  report(`starting Kubernetes' etcd, the API server of ${version} and containerd`);
  await Promise.all([
    startApiServer(namespaces, release),
    startContainerd(namespaces).then(() => importImages(report)),
  ]);
  report("starting controllers, kubelet, kube-proxy, CoreDNS and the volume provisioner");
  await Promise.all([
    startControllers(namespaces, release),
    startKubelet(namespaces, release),
    startKubeProxy(namespaces, release),
    startDns(namespaces, release),
    createStorageClass(),
  ]);
  await startVolumeProvisioner(namespaces);
  await Promise.all([waitForNode(), waitForDns(), waitForServiceAccount(release)]);
  report(`the sandbox is ready: export KUBECONFIG=${kubeconfigPath}`);
}

/** Pods can be created once the controllers have made the namespace's service account, and what its pods mount. */
async function waitForServiceAccount({ podsNeed }: KubernetesRelease): Promise<void> {
  await waitUntilReady("kube-controller-manager", async () => {
    const answer = await askApi("GET", "/api/v1/namespaces/default/serviceaccounts/default");
    if (podsNeed === "a token Secret") {
      if ((JSON.parse(answer) as { secrets?: unknown }).secrets === undefined)
        throw new Error("it has no token Secret");
    } else {
      await askApi("GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt");
    }
  });
}

/** A busy machine may miss a heartbeat: as long as all components run, an answer is waited for. */
async function isHealthy({ health }: KubernetesRelease): Promise<boolean> {
  const deadline = Date.now() + 15_000;
  const components = recordedComponents();
  while (components.includes(lastComponent) && components.every(isRunning)) {
    try {
      await askApi("GET", health);
      if (await isNodeReady()) return true;
    } catch {
      // Not now.
    }
    if (Date.now() > deadline) return false;
    await sleep(500);
  }
  return false;
}

/** Whether nothing was started, since it was not asked for as it can be. */
function isRefusal(error: unknown): boolean {
  return error instanceof RangeError || error instanceof AnotherKubernetesRunsError;
}

if (import.meta.main) {
  const report = startProgress();
  try {
    await startSandbox(report, parseKubernetesVersion(process.argv[2]));
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    if (!isRefusal(error)) {
      console.error(`The logs are in ${join(sandboxState, "logs")}; \`make sandbox-down\` cleans up.`);
    }
    process.exitCode = 1;
  }
}
