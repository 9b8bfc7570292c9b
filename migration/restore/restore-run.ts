import { everyKey, type KeyPrefix } from "../copy/store/key-range.ts";
import type { KeyRange } from "../copy/store/key-value-store.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { RestoreStanding } from "./restore-error.ts";
import type { RestorePort } from "./restore-port.ts";

/** What is restored, as far as the sequence depends on it. */
export interface AskedRestore {
  /** As it was asked for. */
  readonly from: string;
  /** The cluster id of the etcd that is given up; empty for none. */
  readonly abandonedEtcd: string;
  /** Trident's keys; an etcd alone is restored with every key. */
  readonly prefix: KeyPrefix;
  /** Whether Trident is to run on it. */
  readonly trident: boolean;
}

/** What the steps of one restore share. */
export interface RestoreRun {
  readonly port: RestorePort;
  readonly asked: AskedRestore;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  /** Kept up to date, for the message of a failure. */
  readonly standing: StandingNow;
}

export interface RestoreRecords {
  /** What holds for the stack. */
  readonly stack: MigrationRecord;
  /** What restores say. */
  readonly restore: MigrationRecord;
}

export type StandingNow = { -readonly [Name in keyof RestoreStanding]: RestoreStanding[Name] } & { during: string };

/** The keys that are restored. */
export function rangeOf({ trident, prefix }: Pick<AskedRestore, "trident" | "prefix">): KeyRange {
  return trident ? prefix : everyKey;
}

/** One of these keys, in words. */
export function whatKey({ trident, prefix }: Pick<AskedRestore, "trident" | "prefix">): string {
  return trident ? `key under ${prefix.text}` : "key";
}
