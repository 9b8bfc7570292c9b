import type { InterruptibleLease } from "../lease/interruption.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import type { OpenStore } from "../connect/open-store.ts";
import type { WrittenKeys } from "../copy/write/write-journal.ts";

/** One migration under way: what its steps share. */
export interface Migration {
  readonly cluster: ClusterPort;
  readonly lease: InterruptibleLease;
  readonly legacy: LegacyTrident;
  readonly record: MigrationRecord;
  readonly destination: OpenStore;
  /** All that its passes wrote, and what an earlier run had left: what an undo takes back. */
  readonly written: WrittenKeys;
  readonly startedAt: Date;
  readonly report: (line: string) => void;
}
