import type { MigrationLease } from "../lease/held-lease.ts";
import type { MigrationRecord } from "../legacy/migration-record.ts";
import type { RollbackEnvironment } from "./rollback-environment.ts";

/** One rollback under way: what its steps share. */
export interface Rollback {
  readonly environment: RollbackEnvironment;
  readonly lease: MigrationLease;
  readonly record: MigrationRecord;
  readonly report: (line: string) => void;
  /** To be called before each step. Raises LeaseLostError. */
  readonly enter: (step: string) => void;
}
