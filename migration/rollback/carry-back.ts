import { carryAndVerify } from "../migrate/copy-and-verify.ts";
import { afterVerifiedCopy, type EarlierPass } from "../copy/changes/copy-changes.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { etcdOfMigratedState } from "../record/migrated-state.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { recordedResult, type MigrationResult } from "../record/migration-result.ts";
import { expectedLists } from "../trident/rest/expected-lists.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { WrittenKeys } from "../copy/write/write-journal.ts";
import type { CarriedBack } from "./carried-back.ts";
import type { Rollback } from "./rollback.ts";

/** Somebody or something has written to the legacy etcd since the migration: what it wrote would be overwritten. */
export class LegacyEtcdWrittenError extends Error {
  override readonly name = "LegacyEtcdWrittenError";

  constructor(legacyEtcd: string, revisions: { readonly recorded: string; readonly found: bigint }) {
    super(
      `Something has written to ${legacyEtcd} since the migration: it is at revision ${revisions.found.toString()}, and the ` +
        `migration left it at ${revisions.recorded}. What was written there is not in the new etcd, and would be overwritten. ` +
        `Find out what it was; if nothing of it is needed, bring the claim's data back to how it was with the snapshot that ` +
        `the migration took (docs/restoring-the-old-etcd.md).`,
    );
  }
}

/** One of the two etcds is not the one that the migration recorded. */
export class OtherEtcdError extends Error {
  override readonly name = "OtherEtcdError";

  constructor(which: string, clusterIds: { readonly recorded: string; readonly found: string }) {
    super(
      `${which} is etcd cluster ${clusterIds.found}, and the migration's record has ${clusterIds.recorded}: it was made anew ` +
        `or restored since, so what changed since the migration can't be told. Carry its state back by hand, as ` +
        `docs/copying-by-hand.md says.`,
    );
  }
}

/** The new etcd holds nothing: to carry that back would delete the whole state. */
export class EmptyNewEtcdError extends Error {
  override readonly name = "EmptyNewEtcdError";

  constructor(newEtcd: string, prefix: string) {
    super(
      `There is no key under ${prefix} in ${newEtcd}: carrying that back would delete all of the old Trident's state. Find ` +
        `out what emptied it, and restore it first.`,
    );
  }
}

/**
 * Carries what changed since the migration from the new etcd, which nobody writes to any more, back into the legacy one, and
 * proves that all of it is equal. The pod of the legacy etcd is left behind, for the caller to remove.
 *
 * @throws LegacyEtcdWrittenError, OtherEtcdError, EmptyNewEtcdError before anything is written.
 */
export async function carryBack(rollback: Rollback, legacy: LegacyTrident, newEtcd: OpenStore): Promise<CarriedBack> {
  const { cluster, record, report, enter } = rollback;
  const migrated = recordedResult(record);
  enter("checking that all is ready");
  refuseOtherEtcd(newEtcd.description, etcdOfMigratedState(record), (await newEtcd.status()).clusterId);
  await cluster.checkClaim(legacy);
  await cluster.prepareSnapshot();

  enter("starting the embedded etcd");
  report(`Starting the embedded etcd alone on PersistentVolumeClaim ${legacy.claim}.`);
  const legacyEtcd = await cluster.openStoppedSource(legacy, record);
  try {
    enter("checking the embedded etcd");
    await checkLegacyEtcd(legacyEtcd, migrated, record);
    return await carry(rollback, migrated, newEtcd, legacyEtcd);
  } finally {
    await legacyEtcd.close();
  }
}

async function carry(
  rollback: Rollback,
  migrated: MigrationResult,
  newEtcd: OpenStore,
  legacyEtcd: OpenStore,
): Promise<CarriedBack> {
  const { cluster, lease, record, report, enter } = rollback;
  const { range } = cluster;
  const revision = await pinRevision(newEtcd, range);
  const { count } = await newEtcd.range({ ...range, revision, countOnly: true });
  if (count === 0) throw new EmptyNewEtcdError(newEtcd.description, range.text);

  enter("saving a snapshot of the new etcd");
  const snapshot = await cluster.saveDestinationSnapshot(newEtcd);
  if (snapshot !== undefined) report(`Saved a snapshot of the new etcd as ${snapshot}; it holds secrets.`);

  enter("carrying back what changed since the migration");
  // Before the first write: from here on the legacy etcd is no longer as the migration left it, and that is known.
  await cluster.changeRecord({ rollbackPhase: "writing" });
  const { verified, changes } = await carryAndVerify(
    {
      ...{ source: newEtcd, destination: legacyEtcd, range, revision, report },
      written: new WrittenKeys(),
      signal: lease.signal,
    },
    isAsMigrated(record) ? sinceMigration(migrated) : whateverStands,
  );
  const { keys, bytes, sha256 } = verified;
  const { created, replaced, deleted } = changes;
  return {
    ...{ keys, bytes, sha256, created, replaced, deleted },
    newEtcdRevision: revision.toString(),
    lists: await expectedLists({ destination: newEtcd, range, revision }),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}

/**
 * Raises OtherEtcdError unless it is the etcd that was migrated from, and LegacyEtcdWrittenError unless it is exactly as the
 * migration left it, or an earlier rollback has begun to write to it.
 */
export async function checkLegacyEtcd(
  legacyEtcd: OpenStore,
  migrated: MigrationResult,
  record: MigrationRecord,
): Promise<void> {
  const { clusterId, revision } = await legacyEtcd.status();
  refuseOtherEtcd(legacyEtcd.description, migrated.sourceClusterId, clusterId);
  if (record.rollbackPhase === undefined && revision.toString() !== migrated.sourceRevision) {
    throw new LegacyEtcdWrittenError(legacyEtcd.description, { recorded: migrated.sourceRevision, found: revision });
  }
}

function refuseOtherEtcd(description: string, recorded: string, found: string): void {
  if (found !== recorded) throw new OtherEtcdError(description, { recorded, found });
}

/** The migration's verified copy, with its sides exchanged. */
function sinceMigration({ keys, bytes, sourceRevision, destinationRevision }: MigrationResult): EarlierPass {
  return afterVerifiedCopy({
    ...{ keys, bytes },
    sourceRevision: BigInt(destinationRevision),
    destinationRevision: BigInt(sourceRevision),
  });
}

/** Whether revisions tell what is equal on both sides: a moved state has other ones, and an earlier rollback has written here. */
function isAsMigrated({ rollbackPhase, migratedStateIn }: MigrationRecord): boolean {
  return rollbackPhase === undefined && migratedStateIn === undefined;
}

/** Nothing is known to be equal, and all that is there is ours: it is as the migration left it, or as an earlier rollback did. */
const whateverStands: EarlierPass = { since: 0n, isAsLeft: () => true };
