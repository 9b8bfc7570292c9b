import { BlockedError } from "../blockers/blocker.ts";
import { legacyNotServing } from "../blockers/legacy-blockers.ts";
import { WrittenKeys } from "../copy/write/write-journal.ts";
import { etcdOfLegacy, type LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import type { TridentNames } from "../trident/state/check-state.ts";
import { counted, sentence } from "../wording/counted.ts";
import { checkStores } from "./check-destination.ts";
import { MigrationError, type BegunMigration, type Migration } from "./migration.ts";
import { undoMigration } from "./undo-migration.ts";

/**
 * All checks of the two etcds, the images and the snapshot's folder, while the legacy Trident, if it runs, still serves. Checks that
 * fail leave one that runs alone, but one that an earlier run left stopped is restored.
 *
 * @throws MigrationError
 */
export async function checkAllIsReady(begun: BegunMigration): Promise<Migration> {
  try {
    return await openChecked(begun);
  } catch (cause) {
    const during = "checking that all is ready";
    if (begun.legacy.stoppedByMigration) throw await undoMigration({ ...begun, stopped: true, during, cause });
    throw new MigrationError({ during, cause, legacy: { kind: "untouched" } });
  }
}

async function openChecked(begun: BegunMigration): Promise<Migration> {
  const { cluster, legacy, record, report } = begun;
  await cluster.removeSourcePod();
  await cluster.checkClaim(legacy);
  await cluster.prepareSnapshot();
  const destination = await cluster.openDestination();
  try {
    const migration = { ...begun, destination, written: new WrittenKeys() };
    const source = legacy.stoppedByMigration ? undefined : await cluster.openLiveSource(legacy);
    if (source === undefined) {
      report(
        legacy.externalEtcd === undefined
          ? "The embedded etcd does not run now: its state is checked, and all of it copied, once it is started for the copy."
          : "Trident was stopped by an earlier run: its state is checked once more, and all of it copied.",
      );
    } else {
      const ask = () => namesOfServing(cluster, legacy);
      const { keys } = await checkStores(migration, source, ask).finally(() => source.close());
      report(
        `${sentence(etcdOfLegacy(legacy))} has ${counted(keys, "key")} to move, and nothing in the new etcd is in their way.`,
      );
    }
    // Last, since these are the only checks that make something, if only for a moment.
    await cluster.checkLegacyImage(legacy, record);
    report("Pulling the new Trident's image, before anything is stopped for it.");
    await cluster.pullNewImage(record);
    return migration;
  } catch (error) {
    await destination.close();
    throw error;
  }
}

/** Raises BlockedError (legacyNotServing) for one that does not; undefined for one that nobody wants to serve. */
async function namesOfServing(cluster: ClusterPort, legacy: LegacyTrident): Promise<TridentNames | undefined> {
  if (legacy.replicas === 0) return undefined;
  const answer = await cluster.askLegacy(legacy);
  if (answer.kind === "names") return answer.names;
  throw new BlockedError(legacyNotServing(legacy, answer.kind === "failed" ? answer.reason : answer.seen));
}
