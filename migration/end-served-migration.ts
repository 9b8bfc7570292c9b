import { pinRevision } from "./copy/pin-revision.ts";
import { endMigration } from "./cut-over.ts";
import { MigrationError } from "./migration-error.ts";
import type { MigrationResult } from "./migration-result.ts";
import type { Migration } from "./migration.ts";
import { proveAll, recordCopied } from "./prove-all.ts";

/**
 * Ends a migration that was killed when the new Trident had come to serve and not all was recorded. What it has written since
 * is not discarded, however long ago that was: all is compared as it was when the new Trident was started.
 *
 * @param servedRevision the destination's, which the new Trident was started on.
 * @throws MigrationError, after which everything is as the killed run had left it.
 */
export async function endServedMigration(
  begun: Omit<Migration, "destination" | "written">,
  servedRevision: bigint,
): Promise<MigrationResult> {
  const { environment, legacy, record, lease, report } = begun;
  report(
    "The new Trident has served since a run that was killed: it is left to serve, and all of the copy is verified.",
  );
  const { stop, result } = await leftAsFound(begun, async () => {
    const stop = await environment.stopLegacy(legacy, record);
    await environment.prepareSnapshot();
    const destination = await environment.openDestination();
    try {
      const source = await environment.openStoppedSource(legacy, record);
      try {
        const state = {
          sourceRevision: await pinRevision(source, environment.range),
          destinationRevision: servedRevision,
          first: undefined,
          changes: { created: 0, replaced: 0, deleted: 0 },
          cutOverAt: stop.stoppedAt,
          servesSince: undefined,
        };
        const proved = await proveAll({ ...begun, destination }, source, state);
        await environment.checkStillStopped(stop);
        lease.throwIfLost();
        return { stop, result: await recordCopied(environment, proved) };
      } finally {
        await source.close();
      }
    } finally {
      await destination.close();
    }
  });
  await endMigration(begun, stop);
  return result;
}

async function leftAsFound<T>({ environment }: Pick<Migration, "environment">, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    // It reads only, and would hold the old Trident's volume.
    await environment.removeSourcePod().catch(() => undefined);
    const { namespace } = environment;
    const during = "verifying what the new Trident serves";
    throw new MigrationError({ during, cause, legacy: { kind: "leftAsFound", namespace } });
  }
}
