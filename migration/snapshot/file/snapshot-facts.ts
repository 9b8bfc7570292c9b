import type { BoltBucket, BoltDatabase } from "./bolt-database.ts";
import type { FileBytes } from "./file-bytes.ts";

/** What the database tells about the etcd that wrote it. */
export interface SnapshotFacts {
  /** Such as `3.5`; undefined where it does not say: etcd before 3.5 may not. */
  readonly etcdVersion: string | undefined;
  /** Up to where its history was compacted, or was to be. */
  readonly compactedRevision: bigint;
  /** The bucket of its keys. */
  readonly keys: BoltBucket;
}

/** What was tried, and is read as etcd reads it. */
const newestKnown = { major: 3, minor: 6 };

/** Sources: server/storage/schema in etcd. Raises SnapshotFileError. */
export function readFacts(file: FileBytes, database: BoltDatabase): SnapshotFacts {
  const keys = database.bucket("key");
  const meta = database.bucket("meta");
  if (keys === undefined || meta === undefined) {
    throw file.error("noKeys", `is no etcd's database: it has no bucket "${keys === undefined ? "key" : "meta"}"`);
  }
  return {
    etcdVersion: versionOf(file, database, meta),
    compactedRevision: ["finishedCompactRev", "scheduledCompactRev"]
      .map((name) => revisionOf(database.value(meta, name)))
      .reduce((one, other) => (one > other ? one : other)),
    keys,
  };
}

/** From 3.6 on the storage has a version; from 3.5 on, that of the cluster is there, and terms are. */
function versionOf(file: FileBytes, database: BoltDatabase, meta: BoltBucket): string | undefined {
  const cluster = database.bucket("cluster");
  const told = [
    database.value(meta, "storageVersion"),
    cluster === undefined ? undefined : database.value(cluster, "clusterVersion"),
  ].find((value) => value !== undefined);
  if (told === undefined) return database.value(meta, "term") === undefined ? undefined : "3.5";
  const [, major = "", minor = ""] = /^(\d{1,3})\.(\d{1,3})(?:\.|$)/.exec(told.toString("latin1")) ?? [];
  const version = `${major}.${minor}`;
  if (Number(major) !== newestKnown.major || Number(minor) > newestKnown.minor) {
    const known = `${newestKnown.major}.${newestKnown.minor}`;
    throw major === ""
      ? file.error("damaged", "contradicts itself: what should be a version in it is none")
      : file.error("newerEtcd", `is of etcd ${version}, which is not known here (3.1 to ${known} are)`);
  }
  return version;
}

/** A revision as etcd writes it; 0 where there is none. */
function revisionOf(value: Buffer | undefined): bigint {
  return value === undefined || value.length < 8 ? 0n : value.readBigInt64BE(0);
}
