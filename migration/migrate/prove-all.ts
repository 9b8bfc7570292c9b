import type { KeyValueStore, StoreStatus } from "../copy/store/key-value-store.ts";
import type { VerifiedCopy } from "../copy/compare/verify-copy.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { resultOf, type MigrationResult } from "../record/migration-result.ts";
import type { Migration } from "./migration.ts";
import { verifyServed } from "./verify-served.ts";
import type { OpenStore } from "../connect/open-store.ts";

/** What the two etcds held when the new Trident was started. */
export interface StartedOn {
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
  /** Present when everything was compared already. */
  readonly verified?: VerifiedCopy;
  /** Undefined when all was copied in the outage. */
  readonly first: VerifiedCopy | undefined;
  readonly changes: { readonly created: number; readonly replaced: number; readonly deleted: number };
  readonly cutOverAt: string;
  readonly servesSince: Date | undefined;
}

type Proving = Pick<Migration, "cluster" | "destination" | "lease" | "startedAt" | "report">;

/**
 * Saves the snapshot and compares every key and value as they were when the new Trident was started: what that writes meanwhile is
 * not looked at. Nobody waits for either, and both only read the old etcd, which nobody writes to.
 */
export async function proveAll(proving: Proving, source: OpenStore, copied: StartedOn): Promise<MigrationResult> {
  const { cluster, destination, lease, startedAt, report } = proving;
  const pass = { source, destination, range: cluster.range, signal: lease.held.signal, report };
  const [snapshot, verified] = await bothEnded(
    saveSnapshot(proving, source),
    copied.verified ?? verifyServed({ ...pass, revision: copied.sourceRevision }, copied.destinationRevision),
  );
  const statuses = await statusesOf(source, destination);
  return resultOf({ ...copied, verified, statuses, snapshot, startedAt });
}

/** From here on nothing is taken back any more. */
export async function recordCopied(
  cluster: Pick<ClusterPort, "changeRecord">,
  proved: MigrationResult,
): Promise<MigrationResult> {
  const result = { ...proved, finishedAt: new Date().toISOString() };
  const etcd = {
    etcdClusterId: result.destinationClusterId,
    ...(result.keys > 0 ? { etcdHeldKeys: "true" as const } : {}),
  };
  await cluster.changeRecord({ phase: "copied", result: JSON.stringify(result), ...etcd });
  return result;
}

async function saveSnapshot({ cluster, report }: Proving, source: OpenStore): Promise<string | undefined> {
  const path = await cluster.saveSourceSnapshot(source);
  if (path !== undefined) report(`Saved a snapshot of the old etcd as ${path}; it holds secrets.`);
  return path;
}

async function statusesOf(
  source: KeyValueStore,
  destination: KeyValueStore,
): Promise<{ source: StoreStatus; destination: StoreStatus }> {
  const [from, to] = await Promise.all([source.status(), destination.status()]);
  return { source: from, destination: to };
}

/** Raises what the first of them failed with, but only once neither is under way any more. */
async function bothEnded<One, Other>(one: Promise<One>, other: Promise<Other> | Other): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}
