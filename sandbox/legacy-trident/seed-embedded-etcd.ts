import type { V1Pod } from "@kubernetes/client-node";
import { Etcd3, type IOptions, type IRequestOp } from "etcd3";
import type { ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { describePod, isContainerRunning, listPods, podName } from "@trident-etcd/migration/kubernetes/pods.ts";
import { openPortForward } from "@trident-etcd/migration/kubernetes/port-forward.ts";
import { seenDone, seenSoFar, waitUntil } from "@trident-etcd/migration/kubernetes/wait-until.ts";
import { LegacyTridentFixtureError } from "./errors.ts";
import { legacyTrident } from "./legacy-trident-names.ts";
import type { LegacyTridentState } from "./legacy-trident-state.ts";

export interface SeedTarget {
  readonly namespace: string;
  /** For each wait. */
  readonly timeoutSeconds: number;
}

/** As many as etcd allows in one transaction. */
const entriesInOneTransaction = 128;

/**
 * Replaces everything under `/trident/` in the embedded etcd of the running legacy Trident. It writes with etcd3
 * directly, so that the state does not come from the code that is tested with it.
 */
export async function seedEmbeddedEtcd(
  cluster: ClusterClient,
  target: SeedTarget,
  state: LegacyTridentState,
): Promise<void> {
  await waitForEtcdContainer(cluster, target);
  const forward = await openPortForward(cluster, {
    namespace: target.namespace,
    choosePod: () => podWithEtcd(cluster, target.namespace),
    port: legacyTrident.etcdPort,
  });
  const etcd = new Etcd3(connectionOptions(`http://${forward.host}:${forward.port}`));
  try {
    await waitForEtcd(etcd, target.timeoutSeconds, () => forward.lastFailure());
    await etcd.delete().prefix("/trident/").exec();
    for (let start = 0; start < state.entries.length; start += entriesInOneTransaction) {
      const batch = state.entries.slice(start, start + entriesInOneTransaction);
      await etcd.kv.txn({ success: batch.map(putOperation) });
    }
  } finally {
    etcd.close();
    await forward.close();
  }
}

function putOperation(entry: { readonly key: string; readonly value: string }): IRequestOp {
  return { request_put: { key: Buffer.from(entry.key), value: Buffer.from(entry.value) } };
}

function connectionOptions(host: string): IOptions {
  return {
    hosts: host,
    grpcOptions: { "grpc.initial_reconnect_backoff_ms": 200, "grpc.max_reconnect_backoff_ms": 1000 },
    defaultCallOptions: () => ({ deadline: Date.now() + 10_000 }),
  };
}

async function waitForEtcdContainer(cluster: ClusterClient, target: SeedTarget): Promise<void> {
  const awaited = `the legacy Trident's etcd container in namespace ${target.namespace} to run`;
  await waitUntil({ awaited, timeoutSeconds: target.timeoutSeconds }, async () => {
    const pods = await listPods(cluster, target.namespace, legacyTrident.labelSelector);
    if (pods.some(runsEtcd)) return seenDone(undefined);
    return seenSoFar(pods.length === 0 ? "no pod" : pods.map(describePod).join(", "));
  });
}

async function podWithEtcd(cluster: ClusterClient, namespace: string): Promise<string> {
  const pods = await listPods(cluster, namespace, legacyTrident.labelSelector);
  const running = pods.find(runsEtcd);
  if (running === undefined) throw new LegacyTridentFixtureError("no pod with an embedded etcd is running");
  return podName(running);
}

function runsEtcd(pod: V1Pod): boolean {
  return isContainerRunning(pod, legacyTrident.etcdContainer);
}

async function waitForEtcd(etcd: Etcd3, timeoutSeconds: number, lastFailure: () => string | undefined): Promise<void> {
  await waitUntil({ awaited: "the legacy Trident's etcd to answer", timeoutSeconds }, async () => {
    try {
      await etcd.get("/trident/store").exec();
      return seenDone(undefined);
    } catch (error) {
      return seenSoFar(lastFailure() ?? String(error));
    }
  });
}
