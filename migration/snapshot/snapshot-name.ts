/** What a snapshot is called until it is complete: its name, and this. */
export const partial = ".partial";

/** What a name says of a snapshot. */
export interface NamedSnapshot {
  /** That of its etcd. */
  readonly namespace: string;
  readonly savedAt: Date;
  /** Whether it is not complete, or was not when the run that saves it was killed. */
  readonly isPartial: boolean;
}

/** Without colons, which some file systems refuse. */
export function snapshotName(namespace: string, at: Date): string {
  return `trident-etcd-${namespace}-${at.toISOString().replaceAll(":", "")}.db`;
}

/** Undefined of a name that is not one of ours. What a shell saves has no milliseconds. */
export function parseSnapshotName(name: string): NamedSnapshot | undefined {
  const [, namespace = "", day = "", hour = "", minute = "", second = "", end = ""] = pattern.exec(name) ?? [];
  const savedAt = new Date(`${day}T${hour}:${minute}:${second}Z`);
  if (namespace === "" || Number.isNaN(savedAt.getTime())) return undefined;
  return { namespace, savedAt, isPartial: end !== "" };
}

const pattern = /^trident-etcd-(.+)-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d{3})?)Z\.db(\.partial)?$/;
