import { BlockedError } from "../blockers/blocker.ts";
import { restoreEmptySource } from "../blockers/restore-blockers.ts";
import { checkSource } from "../copy/check-source.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { fencedSteps } from "../lease/fenced-steps.ts";
import { lossOf, type MigrationLease } from "../lease/held-lease.ts";
import type { AskedMember } from "../members/asked-member.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { recordedResult } from "../record/migration-result.ts";
import { migratedStateAfterMove } from "../record/migrated-state.ts";
import {
  isRestoreUnfinished,
  recordedOrigin,
  restoredBefore,
  type RestoreOrigin,
  type RestoreResult,
} from "../record/restored-state.ts";
import type { SnapshotStore } from "../snapshot/file/snapshot-store.ts";
import { counted } from "../wording/counted.ts";
import { copyIntoEtcd } from "./copy-into-etcd.ts";
import { lastKnownOf } from "./last-known.ts";
import { checkPlace, remakeWhereLost } from "./remake-etcd.ts";
import { RestoreError } from "./restore-error.ts";
import { restoreEffects, type RestorePort } from "./restore-port.ts";
import {
  rangeOf,
  whatKey,
  type AskedRestore,
  type RestoreRun,
  type RestoreRecords,
  type StandingNow,
} from "./restore-run.ts";
import { parseRestoreSource } from "./restore-source.ts";
import { snapshotTime } from "./snapshot-time.ts";
import { describeLoss, knownLoss } from "./what-is-lost.ts";

/**
 * Brings an etcd that is new, emptied or lost up with what a snapshot holds, verified, with Trident stopped meanwhile. Safe to call
 * again after any failure or sudden death: it goes on from where it was, and answers with the recorded result once it is done.
 *
 * @throws RestoreError
 */
export async function restoreEtcd(
  port: RestorePort,
  asked: AskedRestore,
  report: (line: string) => void,
  interruption: AbortSignal = new AbortController().signal,
): Promise<RestoreResult> {
  const standing: StandingNow = {
    isTridentStopped: false,
    areClientsHeldOff: false,
    isEtcdRemade: false,
    during: "making sure that nobody else is at it",
  };
  let lease: MigrationLease | undefined;
  try {
    lease = await port.acquireLease(report);
    const signal = AbortSignal.any([lease.signal, interruption]);
    return await restoreAlone({ port: fencedSteps(port, restoreEffects, lease), asked, report, signal, standing });
  } catch (failure) {
    const loss = lease === undefined ? undefined : lossOf(lease);
    throw new RestoreError(standing.during, loss ?? failure, standing);
  } finally {
    await lease?.release();
  }
}

async function restoreAlone(run: RestoreRun): Promise<RestoreResult> {
  const { port, asked, report } = run;
  const startedAt = new Date();
  const records = await port.readRecords();
  const done = restoredBefore(records, asked);
  if (done !== undefined) {
    await serveAgain(run, records.restore);
    report(`${done.file} was restored on ${done.finishedAt}: nothing is restored again.`);
    return done;
  }
  const { stack } = records;
  const left = await checkPlace(run, records);
  const source = await openSource(run, records);
  try {
    const origin = await originOf(run, records, source, left);
    // Whatever it was fetched from, and what members knew, may be gone by the next run.
    await port.changeRecord({ source: JSON.stringify(origin) });
    const begun = await begin(run, records.restore);
    await stopTrident(run, begun);
    await holdOffClients(run);
    await remakeWhereLost(run, stack, begun);
    const copied = await copyIntoEtcd(run, source, begun);
    const result: RestoreResult = {
      ...{ ...origin, keys: copied.keys, bytes: copied.bytes, contentSha256: copied.sha256 },
      destinationClusterId: copied.clusterId,
      destinationRevision: copied.destinationRevision.toString(),
      ...{ startedAt: startedAt.toISOString(), finishedAt: new Date().toISOString() },
    };
    await recordRestored(run, stack, result, copied.tridentsKeys);
    await serveAgain(run, { ...begun, clientsHeldOff: "true" });
    return result;
  } finally {
    await source.close();
  }
}

/** All of it is checked before anything is touched. */
async function openSource(
  { port, asked, report, signal, standing }: RestoreRun,
  { stack, restore }: RestoreRecords,
): Promise<SnapshotStore> {
  standing.during = "reading what is to be restored";
  const before = recordedOrigin(restore);
  const isSame = before?.from === asked.from && before.abandonedEtcd === stack.etcdClusterId;
  const file = await port.fetchSource(stack.etcdClusterId, isSame ? before.file : undefined);
  const source = await port.openSnapshot(file);
  try {
    const range = rangeOf(asked);
    const revision = await pinRevision(source, range);
    const keys = await checkSource({ source, range, revision, allowEmpty: true, signal });
    if (keys === 0) throw new BlockedError(restoreEmptySource(asked.from, file, whatKey(asked)));
    standing.file = file;
    if (!source.isChecked)
      report(
        `${source.description} is a member's database, which has no checksum: damage within its values would not be seen.`,
      );
    report(`${source.description} is whole: ${counted(keys, "key")} to restore${besideThem(source.keys - keys)}.`);
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

function besideThem(others: number): string {
  return others === 0
    ? ""
    : `; the ${counted(others, "other key")} in it ${others === 1 ? "is" : "are"} not Trident's and not restored`;
}

async function originOf(
  { asked: { from }, report }: RestoreRun,
  { stack, restore }: RestoreRecords,
  source: SnapshotStore,
  left: readonly AskedMember[],
): Promise<RestoreOrigin> {
  const before = isRestoreUnfinished(restore) ? recordedOrigin(restore) : undefined;
  if (before?.from === from && before.sha256 === source.sha256) return before;
  const { path: file, sha256, etcdVersion } = source;
  const { revision } = await source.status();
  const time = migrationTime(from, stack) ?? (await snapshotTime(file));
  const last = lastKnownOf(stack, left);
  const loss = knownLoss({ revision, ...time }, last);
  report(describeLoss(loss, last, time.savedAtBy));
  const { etcdClusterId: abandonedEtcd } = stack;
  return {
    ...{ from, file, sha256, revision: revision.toString(), ...time, ...loss },
    ...(etcdVersion === undefined ? {} : { etcdVersion }),
    ...(abandonedEtcd === undefined ? {} : { abandonedEtcd }),
  };
}

/** Of the old Trident's claim, to which nobody has written since. */
function migrationTime(from: string, stack: MigrationRecord): Pick<RestoreOrigin, "savedAt" | "savedAtBy"> | undefined {
  if (parseRestoreSource(from).kind !== "legacyClaim" || stack.phase !== "copied") return undefined;
  return { savedAt: recordedResult(stack).cutOverAt, savedAtBy: "migration" };
}

async function begin({ port, asked }: RestoreRun, restore: MigrationRecord): Promise<MigrationRecord> {
  // What an earlier restore recorded that has ended is no mark of this one.
  const fresh = isRestoreUnfinished(restore) ? {} : { firstPass: null, etcdCluster: null, legacyReplicas: null };
  const trident = asked.trident ? await port.findTrident() : undefined;
  const known = isRestoreUnfinished(restore) ? restore.legacyReplicas : undefined;
  const replicas = trident && (known ?? Math.max(1, trident.replicas));
  await port.changeRecord({
    ...{ ...fresh, phase: "stopped", result: null },
    ...(replicas === undefined ? {} : { legacyReplicas: String(replicas) }),
  });
  return (await port.readRecords()).restore;
}

async function stopTrident({ port, report, standing }: RestoreRun, { legacyReplicas }: MigrationRecord): Promise<void> {
  if (legacyReplicas === undefined) return;
  standing.during = "stopping Trident";
  standing.isTridentStopped = true;
  report("Stopping Trident, which would go on from what it has in memory.");
  await port.stopTrident();
}

/** From here on nothing is restored again. */
async function recordRestored(
  { port, standing }: RestoreRun,
  stack: MigrationRecord,
  result: RestoreResult,
  keys: number,
): Promise<void> {
  standing.during = "recording what was restored";
  const { destinationClusterId: to, destinationRevision, finishedAt, abandonedEtcd: from } = result;
  await port.changeRecord({
    ...{ phase: "copied", result: JSON.stringify(result), firstPass: null, source: null, etcdCluster: null },
    ...{ etcdClusterId: to, etcdHeldKeys: keys > 0 ? "true" : null },
    ...{ etcdRevision: destinationRevision, etcdRevisionAt: finishedAt },
    ...(from === undefined ? {} : { migratedStateIn: migratedStateAfterMove(stack, { from, to }) }),
  });
}

/** Clients that have waited for the etcd are to find it whole. */
async function holdOffClients({ port, standing }: RestoreRun): Promise<void> {
  standing.during = "keeping clients from the etcd";
  standing.areClientsHeldOff = true;
  await port.changeRecord({ clientsHeldOff: "true" });
  await port.holdOffClients(true);
}

/** Once all is recorded. Does nothing that was done before. */
async function serveAgain(run: RestoreRun, record: MigrationRecord): Promise<void> {
  if (record.clientsHeldOff !== undefined) {
    run.standing.during = "letting clients to the etcd again";
    await run.port.holdOffClients(false);
    await run.port.changeRecord({ clientsHeldOff: null });
    run.standing.areClientsHeldOff = false;
  }
  await startTrident(run, record);
}

/** As it was before it was stopped. Does nothing where it was not, or where the stack's Deployment is still to be made. */
async function startTrident(
  { port, report, standing }: RestoreRun,
  { legacyReplicas }: MigrationRecord,
): Promise<void> {
  if (legacyReplicas === undefined) return;
  standing.during = "starting Trident";
  if ((await port.findTrident()) !== undefined) {
    report("Starting Trident on what was restored.");
    await port.scaleTrident(legacyReplicas);
  }
  await port.changeRecord({ legacyReplicas: null });
  standing.isTridentStopped = false;
}
