import { randomBytes } from "node:crypto";

import { connectToCluster } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { isReady, listPods, podName } from "@trident-etcd/migration/kubernetes/pods.ts";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { legacyTrident } from "../../sandbox/legacy-trident/legacy-trident-names.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { startSandbox } from "../../sandbox/start-sandbox.ts";
import { stopSandbox } from "../../sandbox/stop-sandbox.ts";
import { fillerNames, type FillerKind } from "./filler.ts";
import { outageOf, type Outage } from "./outage.ts";
import type { OutageCell } from "./outage-options.ts";
import { createProcedure, type Procedure } from "./procedures.ts";
import { keysIn, readClusterState, readEmbeddedState, requireSameState, requireServed } from "./trident-state.ts";
import { watchTrident } from "./watch-trident.ts";
import { writeFiller } from "./write-filler.ts";

export interface OutageRun extends Outage {
  /** How long the copy itself took, where the procedure tells. */
  readonly copySeconds: number | undefined;
}

export interface OutageBench {
  readonly peers: string;
  readonly vendorSeconds: number;
  readonly filler: FillerKind;
  readonly report: (line: string) => void;
}

const namespace = "trident";
/** With one volume, the legacy Trident has ten keys of its own. */
const ownVolumes = 1;
/** The sandbox's etcd is a 3.4 under every name, and the plan refuses an image that says it is older than the data. */
const etcdImage = "quay.io/coreos/etcd:v3.4.22";
/** For the old Trident's first good answer, and for the new one's after the procedure. */
const timeoutSeconds = 180;

/** The legacy Trident held another number of keys than the cell says. */
export class WrongKeyCountError extends Error {
  override readonly name = "WrongKeyCountError";
}

type Cluster = ReturnType<typeof connectToCluster>;

/**
 * One run of a procedure on a sandbox of its own, watched from outside and verified: the new etcd holds byte for byte what
 * the old one held, and the new Trident lists all of it. A run that fails anything of this raises and scores nothing.
 */
export async function measureOutage(bench: OutageBench, { procedure: name, keys }: OutageCell): Promise<OutageRun> {
  const quietly = () => undefined;
  bench.report("a fresh sandbox");
  await stopSandbox(quietly);
  await startSandbox(quietly);
  const cluster = connectToCluster({ kubeconfig: kubeconfigPath });
  const before = await installOldTrident(bench, cluster, keys);
  const procedure = createProcedure(name, { ...bench, namespace });
  try {
    await procedure.prepare();
    const run = await watchProcedure(cluster, procedure);
    bench.report(`away for ${run.seconds.toFixed(1)} s; verifying`);
    const [member = ""] = await readyPods(cluster, "app=etcd,etcd_cluster=trident-etcd");
    requireSameState(before.state, await readClusterState(cluster.configuration, namespace, member));
    await requireServed(kubeconfigPath, namespace, before.lists);
    return run;
  } finally {
    await procedure.cleanUp();
  }
}

async function installOldTrident({ filler: kind, report }: OutageBench, cluster: Cluster, keys: number) {
  const backendPassword = randomBytes(12).toString("hex");
  report(`a legacy Trident with ${keys.toLocaleString("en")} keys`);
  const installed = { kubeconfig: kubeconfigPath, namespace, volumes: ownVolumes, backendPassword, etcdImage };
  const own = await installLegacyTrident(installed, () => undefined);
  const [pod = ""] = await readyPods(cluster, legacyTrident.labelSelector);
  const ownKeys = keysIn(await readEmbeddedState(cluster.configuration, namespace, pod));
  const names = fillerNames(keys - ownKeys);
  await writeFiller(cluster, { namespace, pod }, { kind, names });
  const state = await readEmbeddedState(cluster.configuration, namespace, pod);
  if (keysIn(state) !== keys) {
    throw new WrongKeyCountError(`the legacy Trident has ${keysIn(state)} keys under /trident/, not ${keys}`);
  }
  const volumes = kind === "volume" ? [...own.volumes, ...names].sort() : own.volumes;
  return { state, lists: { ...own, volumes } };
}

async function watchProcedure(cluster: Cluster, procedure: Procedure): Promise<OutageRun> {
  const watch = await watchTrident(cluster, namespace);
  try {
    const oldPod = await watch.untilPodAnswers({ timeoutSeconds });
    const { copySeconds } = await procedure.run();
    await watch.untilPodAnswers({ except: oldPod, timeoutSeconds });
    return { ...outageOf(await watch.stop()), copySeconds };
  } finally {
    await watch.stop();
  }
}

async function readyPods(cluster: Cluster, labelSelector: string): Promise<string[]> {
  return (await listPods(cluster, namespace, labelSelector)).filter(isReady).map(podName);
}
