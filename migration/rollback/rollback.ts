import type { InterruptibleLease } from "../lease/interruption.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";

/** One rollback under way: what its steps share. */
export interface Rollback {
  readonly cluster: ClusterPort;
  readonly lease: InterruptibleLease;
  readonly record: MigrationRecord;
  readonly report: (line: string) => void;
  /** To be called before each step. Raises LeaseLostError, or the reason of the interruption. */
  readonly enter: (step: string) => void;
}
