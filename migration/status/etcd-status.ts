import type { RaisedAlarm } from "../etcd/messages/maintenance-messages.ts";
import type { AskedMember } from "../members/asked-member.ts";
import type { RecordedEtcd } from "../record/recorded-etcd.ts";

/** An etcd of this project's and what depends on it, as they were found at one moment. What could not be found out is undefined. */
export interface EtcdStatus {
  readonly namespace: string;
  readonly etcdCluster: string;
  readonly at: Date;
  /** How many members its EtcdCluster asks for; "absent" where there is no EtcdCluster. */
  readonly size: number | "absent" | undefined;
  readonly members: readonly AskedMember[];
  /** The version that the cluster is run as, that of its oldest member. */
  readonly clusterVersion: string | undefined;
  readonly alarms: readonly RaisedAlarm[];
  readonly certificates: readonly SeenCertificate[];
  /** In the folder on this machine. */
  readonly snapshots: SnapshotsFound | undefined;
  /** On a claim, by schedule; undefined where there is none. */
  readonly scheduled: ScheduledSnapshots | undefined;
  readonly trident: TridentFound | undefined;
  /** What the stack has recorded. */
  readonly recorded: RecordedEtcd | undefined;
  /** What could not be found out, each in a few words with why. */
  readonly unknown: readonly string[];
}

/**
 * - `server`, `peer`: as a member shows it
 * - `client`, `authority`: as the Secret has it with which clients identify themselves
 */
export interface SeenCertificate {
  readonly of: "server" | "peer" | "client" | "authority";
  /** The member's pod, for what it shows. */
  readonly pod?: string;
  readonly validFrom: Date;
  readonly expires: Date;
}

export interface SnapshotsFound {
  /** Absolute. */
  readonly directory: string;
  readonly count: number;
  readonly newest: { readonly path: string; readonly at: Date } | undefined;
}

export interface ScheduledSnapshots {
  /** Five cron fields. */
  readonly schedule: string;
  /** When the CronJob was made. */
  readonly since: Date;
  /** The last good one, as far as its run is still remembered. */
  readonly last?: { readonly file: string; readonly at: Date };
  /** Why the last run failed, if it did. */
  readonly failure?: string;
}

/** The Trident that is told this etcd, or the one that is told another. */
export interface TridentFound {
  readonly deployment: string;
  readonly image: string;
  /** What its arguments say; undefined for one with an etcd inside its own pod. */
  readonly etcdUrl: string | undefined;
  /** Whether that is this etcd's. */
  readonly isOnThisEtcd: boolean;
  /** Undefined while it serves. */
  readonly trouble: string | undefined;
}
