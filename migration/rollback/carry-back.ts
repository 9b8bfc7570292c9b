import { carryAndVerify } from "../migrate/copy-and-verify.ts";
import { afterVerifiedCopy, type EarlierPass } from "../copy/copy-changes.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { recordedResult, type MigrationResult } from "../record/migration-result.ts";
import { expectedLists } from "../trident/rest/expected-lists.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { WrittenKeys } from "../copy/write/write-journal.ts";
import type { CarriedBack } from "./carried-back.ts";
import { checkEmbeddedEtcd, refuseOtherEtcd } from "./check-legacy-etcd.ts";
import { EmptyNewEtcdError } from "./errors.ts";
import type { Rollback } from "./rollback.ts";

/**
 * Carries what changed since the migration from the new etcd, which nobody writes to any more, back into the embedded one, and
 * proves that all of it is equal. The pod of the embedded etcd is left behind, for the caller to remove.
 *
 * @throws EmbeddedEtcdWrittenError, OtherEtcdError, EmptyNewEtcdError before anything is written.
 */
export async function carryBack(rollback: Rollback, legacy: LegacyTrident, newEtcd: OpenStore): Promise<CarriedBack> {
  const { cluster, record, report, enter } = rollback;
  const migrated = recordedResult(record);
  enter("checking that all is ready");
  refuseOtherEtcd(newEtcd.description, migrated.destinationClusterId, (await newEtcd.status()).clusterId);
  await cluster.checkClaim(legacy);
  await cluster.prepareSnapshot();

  enter("starting the embedded etcd");
  report(`Starting the embedded etcd alone on PersistentVolumeClaim ${legacy.claim}.`);
  const embedded = await cluster.openStoppedSource(legacy, record);
  try {
    enter("checking the embedded etcd");
    await checkEmbeddedEtcd(embedded, migrated, record);
    return await carry(rollback, migrated, newEtcd, embedded);
  } finally {
    await embedded.close();
  }
}

async function carry(
  rollback: Rollback,
  migrated: MigrationResult,
  newEtcd: OpenStore,
  embedded: OpenStore,
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
  // Before the first write: from here on the embedded etcd is no longer as the migration left it, and that is known.
  await cluster.changeRecord({ rollbackPhase: "writing" });
  const { verified, changes } = await carryAndVerify(
    {
      ...{ source: newEtcd, destination: embedded, range, revision, report },
      written: new WrittenKeys(),
      signal: lease.signal,
    },
    record.rollbackPhase === undefined ? sinceMigration(migrated) : whateverStands,
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

/** The migration's verified copy, with its sides exchanged. */
function sinceMigration({ keys, bytes, sourceRevision, destinationRevision }: MigrationResult): EarlierPass {
  return afterVerifiedCopy({
    ...{ keys, bytes },
    sourceRevision: BigInt(destinationRevision),
    destinationRevision: BigInt(sourceRevision),
  });
}

/** An earlier rollback has written there, or an old Trident that it started: nothing is known to be equal, all of it is ours. */
const whateverStands: EarlierPass = { since: 0n, isAsLeft: () => true };
