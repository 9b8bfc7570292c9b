import type { MigrationResult } from "../record/migration-result.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { StoppedTrident } from "../trident/legacy/stop-legacy-trident.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { counted } from "../wording/counted.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { markCommand } from "../trident/legacy/stale-claim.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { claimInRecord } from "../trident/legacy/unfinished-migration.ts";
import { leaving, type BegunMigration } from "./migration.ts";

type Ending = Pick<BegunMigration, "cluster" | "legacy" | "report">;

/** From here on nothing is undone any more. */
export async function recordCopied(
  cluster: Pick<ClusterPort, "changeRecord" | "movesFrom">,
  verified: MigrationResult,
): Promise<MigrationResult> {
  const result = { ...verified, finishedAt: new Date().toISOString() };
  const etcd = {
    etcdClusterId: result.destinationClusterId,
    ...(cluster.movesFrom === undefined ? {} : { movedFromEtcd: result.sourceClusterId }),
    ...(result.keys > 0 ? { etcdHeldKeys: "true" as const } : {}),
  };
  await cluster.changeRecord({ phase: "copied", result: JSON.stringify(result), ...etcd });
  return result;
}

/** What is left once all is recorded: what fails of it is ended by the next run, and nothing is undone. */
export async function endMigration(ending: Ending, stop: StoppedTrident): Promise<void> {
  const { cluster, legacy } = ending;
  await leaving({ kind: "superseded" }, "removing what the old Trident no longer needs", async () => {
    // Only now, since nothing waits for it, and while it ends a killed run would still be undone otherwise.
    await cluster.removeSourcePod();
    await deleteLegacy(ending, stop);
    if (legacy.externalEtcd === undefined) await markClaim(ending, legacy.claim, stop.stoppedAt);
    await cluster.handOverNewTrident();
  });
}

/** Answers with what an earlier run has recorded. */
export async function finishedBefore(
  cluster: ClusterPort,
  { result, record }: { readonly result: MigrationResult; readonly record: MigrationRecord },
  report: (line: string) => void,
): Promise<MigrationResult> {
  await cluster.handOverNewTrident();
  const claim = cluster.movesFrom === undefined ? claimInRecord(record, cluster.legacyEtcdContainer) : undefined;
  if (claim !== undefined) await markClaim({ cluster, report }, claim, result.cutOverAt);
  report(
    `The ${cluster.movesFrom === undefined ? "migration" : "move"} was finished before: ${counted(result.keys, "key is", "keys are")} in the new etcd.`,
  );
  return result;
}

async function deleteLegacy({ cluster, legacy, report }: Ending, stop: StoppedTrident): Promise<void> {
  await cluster.deleteLegacy(stop);
  report(whatStays(legacy));
  // No copy is under way any more. A marker that stays misleads nobody while there is no legacy Trident.
  await cluster.changeRecord({ firstPass: null, served: null }).catch(() => undefined);
}

function whatStays({ isUninstalled, externalEtcd, name, claim }: LegacyTrident): string {
  if (externalEtcd !== undefined) return `The keys in ${externalEtcd.called} stay as they were when Trident left it.`;
  return `${isUninstalled === true ? "" : `Deleted the old Deployment ${name}; `}PersistentVolumeClaim ${claim} stays.`;
}

/**
 * Only once the legacy Trident is deleted: until then the claim may become its own again. Nothing depends on the mark but what
 * people and plans make of the claim.
 */
async function markClaim({ cluster, report }: Omit<Ending, "legacy">, claim: string, since: string): Promise<void> {
  await cluster.markClaimStale(claim, since).catch((error: unknown) => {
    report(
      `PersistentVolumeClaim ${claim} has the state of before from now on, and could not be marked so ` +
        `(${withoutFullStop(describeFailure(error))}): ${markCommand({ namespace: cluster.namespace, claim })}.`,
    );
  });
}
