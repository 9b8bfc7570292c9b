import { change } from "../wording/change.ts";
import { counted } from "../wording/counted.ts";
import { deleteKeysOf } from "../copy/write/remove-copied-keys.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import type { MigrationLease } from "../lease/held-lease.ts";
import { etcdOfLegacy, type LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import { newTridentName } from "../trident/new/new-trident.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { carryToLegacy } from "./carry-to-legacy.ts";
import { amountOf, countNewWrites } from "./count-new-writes.ts";
import { startedOn, type StartedOn } from "../record/started-on.ts";

/** Taking the new Trident back would cost what it wrote, and nobody has said that it may. */
export class NewWritesAtRiskError extends Error {
  override readonly name = "NewWritesAtRiskError";
  /** Undefined when the new etcd could not be asked. */
  readonly keys: number | undefined;

  /** @param remedy whole sentences. */
  constructor(options: { readonly keys?: number; readonly cause: unknown; readonly remedy: string }) {
    const { keys, cause, remedy } = options;
    const wrote =
      keys === undefined
        ? "What the new Trident has written since it was started can't be told"
        : `The new Trident has written ${counted(keys, "key")} since it was started`;
    super(`${wrote}, and ${withoutFullStop(describeFailure(cause))}. ${remedy}`, { cause });
    this.keys = keys;
  }
}

export interface NewTridentUndo {
  readonly cluster: ClusterPort;
  /** As it is now. */
  readonly record: MigrationRecord;
  readonly lease: Pick<MigrationLease, "signal" | "throwIfLost">;
  /** The stopped legacy Trident, whose etcd is to get what the new one wrote; undefined when it runs, and nothing can be carried. */
  readonly legacy: LegacyTrident | undefined;
  readonly report: (line: string) => void;
}

/** How many keys the user gives up; undefined for none. */
export function givenUpKeys(
  { discardedKeys }: Pick<ClusterPort, "discardedKeys">,
  record: Pick<MigrationRecord, "discardedKeys">,
): number | undefined {
  return discardedKeys ?? record.discardedKeys;
}

/**
 * Takes back a new Trident that the stack's Deployment has not taken over, by this run or an earlier one: stops it, carries what it
 * wrote into the legacy etcd, unless the user has given up exactly that much, and deletes its Deployment. Nothing of it runs when
 * this returns. Does nothing when none was started.
 *
 * @throws NewWritesAtRiskError, after which it stands at 0 replicas, and what it wrote is where it was.
 */
export async function undoNewTrident(undo: NewTridentUndo): Promise<void> {
  const { cluster, record, lease } = undo;
  const started = startedOn(record, await cluster.findNewTrident());
  if (started !== undefined) {
    lease.throwIfLost();
    await cluster.pauseNewTrident();
    await settleWrites(undo, started);
    // What stays is cleared when the legacy one was put back.
    await cluster.changeRecord({ served: null, rollbackPhase: null, discardedKeys: null }).catch(() => undefined);
  }
  lease.throwIfLost();
  await cluster.withdrawNewTrident();
}

async function settleWrites(undo: NewTridentUndo, started: StartedOn): Promise<void> {
  const { cluster, record, report } = undo;
  const { range } = cluster;
  const discardedKeys = givenUpKeys(cluster, record);
  let keys: number | undefined;
  let newEtcd: OpenStore | undefined;
  try {
    newEtcd = await cluster.openDestination();
    const { clusterId } = await newEtcd.status();
    if (started.destinationClusterId !== undefined && started.destinationClusterId !== clusterId) {
      throw new Error(
        `it is etcd cluster ${clusterId} now, and Trident was started on ${started.destinationClusterId}`,
      );
    }
    keys = amountOf(await countNewWrites(newEtcd, range, started.destinationRevision, started.keys));
    if (keys === 0) return;
    if (keys === discardedKeys) {
      report(`Discarding ${counted(keys, "key")} that the new Trident wrote, as discardedKeys says.`);
    } else {
      await carry(undo, started, newEtcd, keys);
    }
    // Where the next copy would find it in its way.
    await deleteKeysOf(newEtcd, range, ({ modRevision }) => modRevision > started.destinationRevision);
  } catch (cause) {
    const given = discardedKeys === undefined ? "" : ` discardedKeys says ${discardedKeys}, which is not that number.`;
    throw new NewWritesAtRiskError({
      ...(keys === undefined ? {} : { keys }),
      cause,
      remedy: `${given}${waysOn(cluster, record.name, keys)}`.trim(),
    });
  } finally {
    await newEtcd?.close();
  }
}

async function carry(undo: NewTridentUndo, started: StartedOn, newEtcd: OpenStore, keys: number): Promise<void> {
  const { cluster, legacy, record, lease, report } = undo;
  if (legacy === undefined) throw new Error("the old Trident runs: its etcd can't take what the new one wrote");
  if (legacy.isUninstalled === true) {
    throw new Error(`the old Trident is uninstalled, and PersistentVolumeClaim ${legacy.claim} is only read`);
  }
  report(
    `The new Trident has written ${counted(keys, "key")} since it was started: carrying that into ${etcdOfLegacy(legacy)}.`,
  );
  const legacyEtcd = await cluster.openStoppedSource(legacy, record);
  try {
    await carryToLegacy({
      ...{ newEtcd, legacyEtcd, started, range: cluster.range, signal: lease.signal },
      hasBegun: record.rollbackPhase === "writing",
      begin: async () => {
        lease.throwIfLost();
        await cluster.changeRecord({ rollbackPhase: "writing" });
      },
    });
  } finally {
    await legacyEtcd.close();
    await cluster.removeSourcePod().catch((error: unknown) => {
      report(`The embedded etcd's pod could not be removed (${withoutFullStop(describeFailure(error))}).`);
    });
  }
  report(`Carried back: ${counted(keys, "key")} that the new Trident wrote are in ${etcdOfLegacy(legacy)}.`);
}

/** @param keys undefined when they could not be counted. */
function waysOn(cluster: ClusterPort, record: string, keys: number | undefined): string {
  const { namespace, movesFrom, legacyDeployment } = cluster;
  const amount = keys ?? "N";
  const deployment = movesFrom === undefined ? newTridentName : legacyDeployment;
  const inDestroy =
    movesFrom === undefined
      ? `, or for a destroy \`kubectl --namespace ${namespace} patch configmap ${record} --type merge ` +
        `--patch '{"data":{"discardedKeys":"${amount}"}}'\` and \`pulumi destroy\``
      : "";
  return (
    `It keeps what it wrote, in the new etcd. To go on with it: \`kubectl --namespace ${namespace} scale deployment ` +
    `${deployment} --replicas=1\`, then \`pulumi up\`. To go back without what it wrote: ` +
    `\`${change({ discardedKeys: amount })}\` and \`pulumi up\`${inDestroy}.`
  );
}
