import { BlockedError } from "../blockers/blocker.ts";
import { restoreWithoutEtcd, restoreWithoutWord } from "../blockers/restore-blockers.ts";
import type { AskedMember } from "../members/asked-member.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../record/migration-record.ts";
import { isRestoreUnfinished } from "../record/restored-state.ts";
import { refuseKeys } from "./copy-into-etcd.ts";
import type { EtcdClusterManifest } from "./restore-port.ts";
import type { RestoreRecords, RestoreRun } from "./restore-run.ts";
import { parseRestoreSource } from "./restore-source.ts";

/** What would keep the restore from ending, before Trident is stopped for it. Answers with the members that are left. Raises BlockedError. */
export async function checkPlace(run: RestoreRun, { stack, restore }: RestoreRecords): Promise<readonly AskedMember[]> {
  const { port, asked, standing } = run;
  standing.during = "looking at the etcd that is to be restored";
  if (isRestoreUnfinished(restore) && recordedManifest(restore) !== undefined) return [];
  const found = await port.lookAtEtcd();
  if (found.kind === "lost") {
    requireWord(run, stack, found.seen);
    return found.members;
  }
  if (found.kind !== "stands") throw new BlockedError(restoreWithoutEtcd(asked.from));
  const etcd = await port.openDestination();
  try {
    await refuseKeys(run, etcd, restore);
    return [];
  } finally {
    await etcd.close();
  }
}

/**
 * Where the quorum is lost, and given up by the user's word: keeps what a member still has, deletes the EtcdCluster and makes it as it
 * was. What is to be made again is recorded before, so that a run that is killed after that goes on with it, and deletes no other one.
 *
 * @param begun the restore's record.
 */
export async function remakeWhereLost(run: RestoreRun, stack: MigrationRecord, begun: MigrationRecord): Promise<void> {
  const { port, asked, report, standing } = run;
  standing.during = "making the lost etcd anew";
  const recorded = recordedManifest(begun);
  const manifest = recorded ?? (await recordLost(run, stack));
  if (manifest === undefined) return;
  standing.isEtcdRemade = true;
  const { name } = manifest.metadata;
  if (recorded !== undefined && (await port.lookAtEtcd()).kind === "stands") {
    report(`EtcdCluster ${name} was made anew by an earlier run.`);
    return;
  }
  report(
    `EtcdCluster ${name}, whose quorum is lost, is deleted with what is left of it, and made anew: etcd cluster ` +
      `${asked.abandonedEtcd} is given up.`,
  );
  await port.deleteEtcdCluster(manifest);
  await port.createEtcdCluster(manifest);
}

async function recordLost(run: RestoreRun, stack: MigrationRecord): Promise<EtcdClusterManifest | undefined> {
  const { port, asked, report } = run;
  const found = await port.lookAtEtcd();
  if (found.kind === "stands") return undefined;
  if (found.kind !== "lost") throw new BlockedError(restoreWithoutEtcd(asked.from));
  const lost = requireWord(run, stack, found.seen);
  const isSaved = parseRestoreSource(asked.from).kind === "member";
  const kept = isSaved ? undefined : await port.keepWhatSurvived(lost);
  if (kept !== undefined) report(`What a surviving member has is kept first, as ${kept}. It holds passwords.`);
  await port.changeRecord({ etcdCluster: JSON.stringify(found.manifest) });
  return found.manifest;
}

/** The plan refuses it beforehand; one that has come to be lost since is another loss than the one that was given up. */
function requireWord({ asked }: RestoreRun, { etcdClusterId: lost }: MigrationRecord, seen: string): string {
  if (lost === undefined || lost !== asked.abandonedEtcd) throw new BlockedError(restoreWithoutWord(lost, seen));
  return lost;
}

function recordedManifest(record: MigrationRecord): EtcdClusterManifest | undefined {
  if (record.etcdCluster === undefined) return undefined;
  try {
    const manifest = JSON.parse(record.etcdCluster) as Partial<EtcdClusterManifest> | null;
    if (manifest?.spec !== undefined && manifest.metadata !== undefined) return manifest as EtcdClusterManifest;
  } catch {
    // Said below.
  }
  throw new MigrationRecordInvalidError(record.namespace, record.name, "restore.etcdCluster");
}
