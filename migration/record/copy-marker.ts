import type { EarlierPass } from "../copy/changes/copy-changes.ts";
import type { StoredKeyValue } from "../copy/store/key-value-store.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "./migration-record.ts";

/**
 * What a migration records before it writes its first key, and only when no key stood in the destination: should it be
 * killed, what stands there later is its own.
 */
export interface CopyMarker {
  readonly destinationClusterId: string;
  /** Of the destination, when it was seen to be empty. */
  readonly destinationRevision: string;
  readonly empty: true;
  readonly sourceClusterId: string;
  /** The source as of this revision or a later one was being copied. */
  readonly sourceRevision: string;
}

/** As the record keeps it. */
export function copyMarkerText(marker: CopyMarker): string {
  return JSON.stringify(marker);
}

/**
 * What an earlier run that was killed left in the destination; undefined when none did, or in another destination. Its keys
 * were created once after the destination was empty, never changed since, and have no lease.
 *
 * @throws MigrationRecordInvalidError
 */
export function earlierPassOf(
  record: MigrationRecord,
  clusterIds: { readonly source: string; readonly destination: string },
): EarlierPass | undefined {
  const marker = readMarker(record);
  if (marker?.destinationClusterId !== clusterIds.destination) return undefined;
  const emptyAt = BigInt(marker.destinationRevision);
  return {
    // From another source nothing is known to be equal: all of it is written anew.
    since: marker.sourceClusterId === clusterIds.source ? BigInt(marker.sourceRevision) : 0n,
    isAsLeft: ({ createRevision, modRevision, lease }: StoredKeyValue) =>
      createRevision === modRevision && modRevision > emptyAt && lease === 0n,
  };
}

function readMarker(record: MigrationRecord): CopyMarker | undefined {
  if (record.firstPass === undefined) return undefined;
  try {
    const marker = JSON.parse(record.firstPass) as Partial<CopyMarker> | null;
    const revisions = [marker?.destinationRevision, marker?.sourceRevision];
    if (marker?.empty === true && revisions.every((each) => /^\d+$/.test(each ?? ""))) return marker as CopyMarker;
  } catch {
    // Said below.
  }
  throw new MigrationRecordInvalidError(record.namespace, record.name, "firstPass");
}
