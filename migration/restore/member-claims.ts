import { join } from "node:path";
import { membersOf } from "../connect/cluster-members.ts";
import type { EtcdClusterAddress } from "../connect/etcd-address.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import type { PodSettings } from "../kubernetes/pod-settings.ts";
import type { Patience } from "../kubernetes/wait-until.ts";
import { withSnapshotClaim } from "../snapshot/claim/with-snapshot-claim.ts";
import { openSnapshotFile } from "../snapshot/file/open-snapshot-file.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { NoSurvivorError } from "./survivors.ts";

/** Where a member's claim has its database; the etcd-operator mounts it at /var/etcd. */
const database = "data/member/snap/db";

/** As a database is called that has no checksum at its end, since no etcd has sent it. */
const copied = ".copied-db";

export function isCopiedDatabase(path: string): boolean {
  return path.endsWith(copied);
}

/** By the names of the members that they are of, whose pods may be gone. */
export async function findMemberClaims(
  cluster: ClusterClient,
  { namespace, etcdCluster }: EtcdClusterAddress,
): Promise<string[]> {
  const labelSelector = membersOf(etcdCluster);
  const { items } = await cluster.core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector });
  return items.map(({ metadata }) => metadata?.name ?? "").sort();
}

interface Saving extends Patience {
  readonly namespace: string;
  readonly etcdImage: string;
  readonly helperPod?: PodSettings;
  /** Where they are kept. */
  readonly directory: string;
}

/**
 * Fetches the databases of members whose pods are gone, and answers the path of the one that has seen the most; the others stay beside it. It may
 * lack what its write-ahead log has beyond its last commit, up to 100 ms of writes. Raises NoSurvivorError where none can be read.
 */
export async function saveMemberClaim(
  cluster: ClusterClient,
  claims: readonly string[],
  saving: Saving,
): Promise<string> {
  const read: { readonly file: string; readonly revision: bigint }[] = [];
  const reasons: string[] = [];
  for (const claim of claims) {
    try {
      const file = await fetchDatabase(cluster, claim, saving);
      read.push({ file, revision: await revisionOf(file, saving.interruption) });
    } catch (error) {
      saving.interruption?.throwIfAborted();
      reasons.push(`PersistentVolumeClaim ${claim}: ${describeFailure(error)}`);
    }
  }
  const [best] = read.sort((one, other) => Number(other.revision - one.revision));
  if (best === undefined) throw new NoSurvivorError("of these claims", reasons);
  return best.file;
}

function fetchDatabase(cluster: ClusterClient, claim: string, saving: Saving): Promise<string> {
  const { namespace, etcdImage: image, helperPod: settings, directory, interruption, timeoutSeconds } = saving;
  const at = new Date().toISOString().replaceAll(":", "");
  const to = join(directory, `${claim}-${at}${copied}`);
  // As whom the image runs, which is root as a rule: the file is its member's alone.
  const pod = { namespace, claim, image, settings, interruption, timeoutSeconds, user: "ofImage" as const };
  return withSnapshotClaim(cluster, pod, (files) => files.fetch(database, to, "any"));
}

async function revisionOf(file: string, signal: AbortSignal | undefined): Promise<bigint> {
  const options = { withoutChecksum: true, ...(signal === undefined ? {} : { signal }) };
  const store = await openSnapshotFile(file, options);
  try {
    return (await store.status()).revision;
  } finally {
    await store.close();
  }
}
