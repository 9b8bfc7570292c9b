import type { MigrationResult } from "@trident-etcd/migration/record/migration-result.ts";

/** What a migration and a move come to, as the outputs of their resources: Pulumi fills in those that are there. */
export const migrationOutputs: Record<keyof MigrationResult, undefined> = {
  keys: undefined,
  bytes: undefined,
  sha256: undefined,
  sourceClusterId: undefined,
  sourceRevision: undefined,
  destinationClusterId: undefined,
  destinationRevision: undefined,
  firstPassKeys: undefined,
  changedKeys: undefined,
  snapshot: undefined,
  startedAt: undefined,
  cutOverAt: undefined,
  outageSeconds: undefined,
  finishedAt: undefined,
};
