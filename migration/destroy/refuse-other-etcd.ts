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

/** Raises FinalSnapshotOtherEtcdError. One that Trident was moved from is as well known as the one that it is on. */
export function refuseOtherEtcd(etcd: LastEtcd, known: readonly string[], found: readonly string[]): void {
  const [recorded] = known;
  const stranger = found.find((id) => !known.includes(id));
  if (recorded !== undefined && stranger !== undefined) throw new FinalSnapshotOtherEtcdError(etcd, recorded, stranger);
}
