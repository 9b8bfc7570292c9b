import { Etcd3, type IRequestOp } from "etcd3";

import type { ClusterClient } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import { openPortForward } from "@trident-etcd/migration/kubernetes/port-forward.ts";
import { legacyTrident } from "../../sandbox/legacy-trident/legacy-trident-names.ts";
import { fillerEntry, type FillerEntry, type FillerKind } from "./filler.ts";

/** As many as etcd allows in one transaction. */
const entriesInOneTransaction = 128;
const transactionsInFlight = 4;

/** Writes the keys into the embedded etcd of a legacy Trident that runs in the pod. */
export async function writeFiller(
  cluster: ClusterClient,
  location: { readonly namespace: string; readonly pod: string },
  filler: { readonly kind: FillerKind; readonly names: readonly string[] },
): Promise<void> {
  const forward = await openPortForward(cluster, {
    namespace: location.namespace,
    choosePod: () => Promise.resolve(location.pod),
    port: legacyTrident.etcdPort,
  });
  const etcd = new Etcd3({ hosts: `http://${forward.host}:${forward.port}` });
  const batches = batchesOf(filler.kind, filler.names);
  const writer = async () => {
    for (const batch of batches) await etcd.kv.txn({ success: batch.map(putOperation) });
  };
  try {
    await Promise.all(Array.from({ length: transactionsInFlight }, writer));
  } finally {
    etcd.close();
    await forward.close();
  }
}

/** Made as they are wanted: all writers take from one generator. */
function* batchesOf(kind: FillerKind, names: readonly string[]): Generator<FillerEntry[], undefined> {
  for (let start = 0; start < names.length; start += entriesInOneTransaction) {
    yield names.slice(start, start + entriesInOneTransaction).map((name) => fillerEntry(kind, name));
  }
}

function putOperation({ key, value }: FillerEntry): IRequestOp {
  return { request_put: { key: Buffer.from(key), value: Buffer.from(value) } };
}
