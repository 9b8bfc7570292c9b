import type { VerifiedCopy } from "../copy/compare/verify-copy.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { emptySource } from "../blockers/state-blockers.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { startedNow, startedOnText } from "../record/started-on.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { LegacyTridentChangedError, type StoppedTrident } from "../trident/legacy/stop-legacy-trident.ts";
import { carryChangesAndCompare, type CarriedChanges } from "./copy-and-verify.ts";
import { copyWhole } from "./first-pass.ts";
import type { Migration } from "./migration.ts";

/** What the outage's pass ended with. */
export type Copied = Omit<CarriedChanges, "changes"> & {
  readonly changes: Pick<CarriedChanges["changes"], "created" | "replaced" | "deleted">;
};

/**
 * For how long no Trident served, to a tenth of a second: from the legacy one's stop until the new one first listed all of the state. Undefined
 * when none was started, and for an uninstalled one, of which nobody knows for how long it was away.
 */
export function outageSeconds(stop: StoppedTrident, servesSince: Date | undefined): number | undefined {
  if (servesSince === undefined || stop.legacy.isUninstalled === true) return undefined;
  return Math.round((servesSince.getTime() - Date.parse(stop.stoppedAt)) / 100) / 10;
}

/** Raises LegacyTridentChangedError when it is another one by now. */
export async function findUnchanged({ cluster, legacy }: Migration): Promise<LegacyTrident> {
  const found = await cluster.findTrident();
  const isOfKind = found.kind === "legacy" || found.kind === "uninstalled";
  if (isOfKind && found.legacy.uid === legacy.uid) return found.legacy;
  throw new LegacyTridentChangedError(
    legacy,
    found.kind === "absent" ? "it is gone" : "another one has taken its place",
  );
}

/** What changed since the first pass; all of it where there was none. */
export async function copyInOutage(
  migration: Migration,
  source: OpenStore,
  first: VerifiedCopy | undefined,
): Promise<Copied> {
  if (first !== undefined) return copyRest(migration, source, first);
  const verified = await copyWhole(migration, source);
  return { ...verified, verified, changes: { created: 0, replaced: 0, deleted: 0 } };
}

async function copyRest(migration: Migration, source: OpenStore, first: VerifiedCopy): Promise<Copied> {
  const { cluster, destination, legacy, written, lease, report } = migration;
  const { range } = cluster;
  const revision = await pinRevision(source, range);
  const pass = { source, destination, range, revision, written, signal: lease.signal, report };
  const copied = await carryChangesAndCompare(pass, first);
  // A Trident that lost everything in its last seconds is not one to start anew from.
  if (copied.keys === 0) throw new BlockedError(emptySource(legacy, range.text));
  return copied;
}

/** What it is started on is recorded before: whatever becomes of this run, what it writes from then on is known for its own. */
export async function startNewTrident(
  migration: Migration,
  source: OpenStore,
  copied: Copied,
  stop: StoppedTrident,
): Promise<Date | undefined> {
  const { cluster, destination } = migration;
  const [from, to] = await Promise.all([source.status(), destination.status()]);
  const started = startedNow(copied, { source: from, destination: to }, stop.generation);
  await cluster.changeRecord({ served: startedOnText(started), carriedPod: cluster.carriedPod ?? null });
  const servesSince = await cluster.startNewTrident({ destination, revision: copied.destinationRevision });
  const listedAt = servesSince?.toISOString();
  if (listedAt !== undefined) await cluster.changeRecord({ served: startedOnText({ ...started, listedAt }) });
  return servesSince;
}
