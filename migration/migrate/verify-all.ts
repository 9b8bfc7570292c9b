import { verifyOlderKeys } from "../copy/compare/verify-older-keys.ts";
import type { VerifiedCopy } from "../copy/compare/verify-copy.ts";
import type { KeyValueStore, StoreStatus } from "../copy/store/key-value-store.ts";
import { isCompacted } from "../copy/store/store-error.ts";
import type { OpenStore } from "../connect/open-store.ts";
import type { MigrationResult } from "../record/migration-result.ts";
import { verifyAgain, type Pass } from "./copy-and-verify.ts";
import type { Migration } from "./migration.ts";

/** What the two etcds held when the new Trident was started. */
export interface ServedCopy {
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
  /** Present when everything was compared already. */
  readonly verified?: VerifiedCopy;
  /** Undefined when all was copied in the outage. */
  readonly first: VerifiedCopy | undefined;
  readonly changes: { readonly created: number; readonly replaced: number; readonly deleted: number };
  readonly cutOverAt: string;
  /** As outageSeconds tells it. */
  readonly outageSeconds: number | undefined;
}

type Verifying = Pick<Migration, "cluster" | "destination" | "lease" | "startedAt" | "report">;

/**
 * Saves the snapshot and compares every key and value as they were when the new Trident was started: what that writes meanwhile is
 * not looked at. Nobody waits for either, and both only read the legacy etcd, which nobody writes to.
 */
export async function verifyAll(verifying: Verifying, source: OpenStore, copied: ServedCopy): Promise<MigrationResult> {
  const { cluster, destination, lease, startedAt, report } = verifying;
  const pass = { source, destination, range: cluster.range, signal: lease.held.signal, report };
  const [snapshot, verified] = await bothEnded(
    saveSnapshot(verifying, source),
    copied.verified ?? verifyServed({ ...pass, revision: copied.sourceRevision }, copied.destinationRevision),
  );
  const statuses = await statusesOf(source, destination);
  return resultOf({ ...copied, verified, statuses, snapshot, startedAt });
}

async function saveSnapshot({ cluster, report }: Verifying, source: OpenStore): Promise<string | undefined> {
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

/**
 * Compares every key and value as they were when the new Trident was started. When the new etcd has compacted that away, all that
 * the new Trident has not touched since is compared as it is now, and the report says how much that is.
 *
 * @param startedOn the destination's revision.
 */
async function verifyServed(pass: Omit<Pass, "written">, startedOn: bigint): Promise<VerifiedCopy> {
  try {
    return await verifyAgain(pass, startedOn);
  } catch (error) {
    if (!isCompacted(error)) throw error;
  }
  const { source, destination, range, revision, signal, report } = pass;
  report(
    "The new etcd has compacted the revision that the new Trident was started on: its keys are compared as they are.",
  );
  const compared = { source, destination, range, signal, sourceRevision: revision, destinationRevision: startedOn };
  const { verified, compared: keys, changedSince } = await verifyOlderKeys(compared);
  report(
    `Verified: ${keys} of ${verified.keys} keys and values are equal; the other ${changedSince} the new Trident has ` +
      `overwritten or deleted since, and they are its own (SHA-256 of the old etcd's state ${verified.sha256}).`,
  );
  return verified;
}

function resultOf(options: {
  readonly verified: VerifiedCopy;
  /** Undefined when all was copied in the outage. */
  readonly first: VerifiedCopy | undefined;
  readonly changes: { readonly created: number; readonly replaced: number; readonly deleted: number };
  readonly statuses: { readonly source: StoreStatus; readonly destination: StoreStatus };
  readonly snapshot: string | undefined;
  readonly startedAt: Date;
  readonly cutOverAt: string;
  readonly outageSeconds: number | undefined;
}): MigrationResult {
  const { verified, first, changes, statuses, snapshot, startedAt, cutOverAt, outageSeconds } = options;
  const { created, replaced, deleted } = changes;
  return {
    keys: verified.keys,
    bytes: verified.bytes,
    sha256: verified.sha256,
    sourceClusterId: statuses.source.clusterId,
    sourceRevision: verified.sourceRevision.toString(),
    destinationClusterId: statuses.destination.clusterId,
    destinationRevision: verified.destinationRevision.toString(),
    firstPassKeys: first?.keys ?? 0,
    changedKeys: { created, replaced, deleted },
    ...(snapshot === undefined ? {} : { snapshot }),
    startedAt: startedAt.toISOString(),
    cutOverAt,
    ...(outageSeconds === undefined ? {} : { outageSeconds }),
    finishedAt: new Date().toISOString(),
  };
}
