/**
 * What is wrong with a snapshot's file:
 * - `unreadable`: it is not there, or may not be read.
 * - `notAFile`: a folder, a pipe or a device.
 * - `empty`: nothing was written to it.
 * - `noChecksum`: it does not end with the checksum that etcd puts behind a snapshot: its end is missing, or it is a copied database.
 * - `wrongChecksum`: its bytes are not those that etcd wrote.
 * - `notADatabase`: something else than an etcd's database.
 * - `truncated`: pages of the database are missing at its end.
 * - `damaged`: it contradicts itself.
 * - `unknownFormat`: a database format that this does not know.
 * - `newerEtcd`: written by an etcd that this does not know.
 * - `noKeys`: a database of the right format that is not an etcd's.
 * - `changed`: it was written to while it was read.
 */
export type SnapshotProblem =
  | "unreadable"
  | "notAFile"
  | "empty"
  | "noChecksum"
  | "wrongChecksum"
  | "notADatabase"
  | "truncated"
  | "damaged"
  | "unknownFormat"
  | "newerEtcd"
  | "noKeys"
  | "changed";

const another = "Use another snapshot";
const whole = "Copy the file again from where it was saved, or use another snapshot";
const foreign = "Give a file that `etcdctl snapshot save` or this program has saved";
const byEtcd = "`etcdctl snapshot restore` of the etcd that wrote it makes a member of it, from which can be copied";

const remedies: Readonly<Record<SnapshotProblem, string>> = {
  unreadable: "Check the path and its permissions",
  notAFile: foreign,
  empty: another,
  noChecksum: `${whole}. The database of a stopped member (member/snap/db) never has one, and is taken when that is said`,
  wrongChecksum: whole,
  notADatabase: foreign,
  truncated: whole,
  damaged: whole,
  unknownFormat: byEtcd,
  newerEtcd: `Take a newer version of this program; or ${byEtcd}`,
  noKeys: foreign,
  changed: "Make sure that nothing writes to it, and begin again",
};

/** The file can't be read as an etcd's snapshot. Nothing of its contents is in the message. */
export class SnapshotFileError extends Error {
  override readonly name = "SnapshotFileError";
  readonly problem: SnapshotProblem;
  /** Goes on after the file's name, such as `is empty`. */
  readonly detail: string;
  /** What to do about it, without a full stop. */
  readonly remedy: string;

  constructor(path: string, problem: SnapshotProblem, detail: string, options?: ErrorOptions) {
    const remedy = remedies[problem];
    super(`the snapshot ${path} ${detail}. ${remedy}`, options);
    this.problem = problem;
    this.detail = detail;
    this.remedy = remedy;
  }
}
