import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";
import { FinalSnapshotError, type LastEtcd } from "./final-snapshot-errors.ts";

/** The etcd that is to be deleted is not the one that the stack knows. */
export class FinalSnapshotOtherEtcdError extends FinalSnapshotError {
  override readonly name = "FinalSnapshotOtherEtcdError";

  constructor(etcd: LastEtcd, recorded: string, found: string) {
    super(
      etcd,
      `it is etcd cluster ${found}, and the stack has recorded ${recorded}: somebody has replaced it since`,
      `Find out whose state is in it. If it may be deleted: ${wayToRecord(etcd, recorded)}, which records the one that is there, ` +
        `then \`pulumi destroy\` again.`,
      undefined,
    );
  }
}

function wayToRecord({ advice }: LastEtcd, recorded: string): string {
  if (advice === undefined) return "write its id under the key etcdClusterId of the ConfigMap that is given as record";
  return `\`${advice.anotherEtcd.replace("ID", recorded)}\``;
}

/** The cluster id that the stack's record names; undefined where there is no record, or none in it. */
export async function readRecordedClusterId(
  cluster: ClusterClient,
  { namespace, record }: { readonly namespace: string; readonly record: string },
): Promise<string | undefined> {
  try {
    const { data } = await cluster.core.readNamespacedConfigMap({ namespace, name: record });
    const id = data?.etcdClusterId ?? "";
    return id === "" ? undefined : id;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Raises FinalSnapshotOtherEtcdError. */
export function refuseOtherEtcd(etcd: LastEtcd, recorded: string | undefined, found: readonly string[]): void {
  const stranger = recorded === undefined ? undefined : found.find((id) => id !== recorded);
  if (recorded !== undefined && stranger !== undefined) throw new FinalSnapshotOtherEtcdError(etcd, recorded, stranger);
}
