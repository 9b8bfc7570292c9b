import { checkStores } from "./check-destination.ts";
import { copyAndVerify } from "./copy-and-verify.ts";
import { isTransient } from "../copy/store/store-error.ts";
import type { VerifiedCopy } from "../copy/compare/verify-copy.ts";
import { copyMarkerText } from "../record/copy-marker.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import type { Migration } from "./migration.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { removeCopied } from "./undo-migration.ts";

/**
 * Copies everything while the legacy Trident serves, so that only what changes meanwhile is left for the outage. Undefined
 * when the legacy etcd does not run, or can no longer be reached: then all is copied in the outage. What it had written is
 * taken back in that case, and in no other: the caller undoes a migration that fails.
 */
export async function runFirstPass(migration: Migration): Promise<VerifiedCopy | undefined> {
  const { cluster, legacy, report } = migration;
  // One that was just stopped may have a pod that nobody has told to end yet.
  const opened = legacy.stoppedByMigration ? undefined : await cluster.openLiveSource(legacy);
  if (opened === undefined) return undefined;
  const failures = new WeakSet();
  try {
    report("Copying while the old Trident serves.");
    return await copyWhole(migration, noting(opened, failures));
  } catch (error) {
    // An etcd that is not in Trident's pod is no nearer once that is stopped.
    if (!isOutOfReach(error, failures) || legacy.externalEtcd !== undefined) throw error;
    report(
      `The embedded etcd can no longer be reached while it serves (${withoutFullStop(describeFailure(error))}): ` +
        `all is copied once it is stopped, so Trident is away for longer.`,
    );
    await removeCopied(migration);
    return undefined;
  } finally {
    await opened.close();
  }
}

/** Checks both sides, copies all of the source and proves it. */
export async function copyWhole(migration: Migration, source: OpenStore): Promise<VerifiedCopy> {
  const { cluster, destination, written, lease, report } = migration;
  const { revision, keysAlreadyThere, marker, earlier } = await checkStores(migration, source);
  if (marker !== undefined) {
    lease.throwIfLost();
    // Before the first key: a run that is killed from here on leaves keys that the next one knows for its own.
    written.coversMarker = true;
    await cluster.changeRecord({ firstPass: copyMarkerText(marker) });
  }
  if (earlier !== undefined) {
    written.add(earlier);
    written.coversMarker = true;
    report("The new etcd has keys of a run that was killed; they are brought up to date.");
  }
  const { range } = cluster;
  const pass = { source, destination, range, revision, written, signal: lease.signal, report };
  return copyAndVerify(pass, { keysAlreadyThere, earlier });
}

/** The store itself, which remembers what it failed with: the copy's own errors do not say which side failed. */
function noting(store: OpenStore, failures: WeakSet<object>): OpenStore {
  const noted = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof Error) failures.add(error);
      throw error;
    }
  };
  return {
    description: store.description,
    status: () => noted(store.status()),
    range: (request) => noted(store.range(request)),
    createAll: (entries) => store.createAll(entries),
    deleteUnchanged: (keys) => store.deleteUnchanged(keys),
    snapshot: () => store.snapshot(),
    disconnect: () => {
      store.disconnect();
    },
    close: () => store.close(),
  };
}

function isOutOfReach(error: unknown, failures: WeakSet<object>): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (failures.has(cause)) return isTransient(cause);
  }
  return false;
}
