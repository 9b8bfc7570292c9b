import type { Blocker } from "../../../blockers/blocker.ts";
import { recordInvalid } from "../../../blockers/legacy-blockers.ts";
import { newEtcd } from "../../../blockers/rollback-blockers.ts";
import { openTransactions } from "../../../blockers/state-blockers.ts";
import { describeAddress, objectOf } from "../../../connect/etcd-address.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../../../record/migration-record.ts";
import { etcdOfMigratedState } from "../../../record/migrated-state.ts";
import type { LegacyTrident } from "../../../trident/legacy/legacy-trident.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { StateRead } from "../../read/state/read-state.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { etcdRules } from "../etcd/destination.ts";
import { isOlderLine, versionOfImage } from "../versions/version.ts";

/** What keeps the new etcd's state from being carried back, and what the old Trident may not be able to do with it. */
export function checkRollback(
  request: PlanRequest,
  putBack: LegacyTrident,
  record: MigrationRecord | undefined,
  state: StateRead,
): Findings {
  const { namespace, legacyDeployment: name } = request;
  const transactions = state.toCarryBack?.summary.transactions;
  return together(
    blockedBy(...checkNewEtcd(request, record, state)),
    transactions === undefined || transactions.count === 0
      ? nothingFound
      : blockedBy(openTransactions("new", { namespace, name }, transactions)),
    checkLegacyVersion(request, putBack),
  );
}

function checkNewEtcd(
  { destination, record: name, prefix }: PlanRequest,
  record: MigrationRecord | undefined,
  state: StateRead,
) {
  const { toCarryBack, destinationFailure } = state;
  if (toCarryBack === undefined) return etcdRules(destination).checkUnread(destinationFailure);
  const etcd = { object: objectOf(destination), description: describeAddress(destination) };
  const recorded = recordedDestination(name, record);
  if (typeof recorded !== "string") return [recorded];
  const found = toCarryBack.status.clusterId;
  if (found !== recorded) {
    const problem = `is etcd cluster ${found}, and the migration went to ${recorded}: it was made anew since`;
    return [newEtcd(etcd, problem, "Carry its state back by hand, as docs/copying-by-hand.md says.")];
  }
  if (toCarryBack.summary.keys > 0) return [];
  const restore = "Find out what emptied it, and restore it first.";
  return [newEtcd(etcd, `has no key under ${prefix.text}: to carry that back would lose all`, restore)];
}

function recordedDestination(name: string, record: MigrationRecord | undefined): string | Blocker {
  try {
    return record === undefined ? "" : etcdOfMigratedState(record);
  } catch (error) {
    if (error instanceof MigrationRecordInvalidError) return recordInvalid(error, name);
    throw error;
  }
}

/** An older Trident reads a newer one's state as long as that wrote nothing that the older one does not know. */
function checkLegacyVersion({ tridentImage }: PlanRequest, { tridentImage: legacyImage }: LegacyTrident): Findings {
  const [next, legacy] = [versionOfImage(tridentImage), versionOfImage(legacyImage)];
  if (next === undefined || legacy === undefined) {
    return atRisk(
      "state",
      `Whether ${legacyImage}, which is put back, is as new as ${tridentImage} can't be told from their tags.`,
    );
  }
  if (!isOlderLine(legacy, next)) return nothingFound;
  return atRisk(
    "state",
    `The old Trident (${legacy.text}) is older than the new one (${next.text}): it may not know what the new one has written. ` +
      `If it does not come to serve, the new one is started again.`,
  );
}
