import { counted } from "../wording/counted.ts";
import { describeDuration } from "../wording/describe-amount.ts";

/** The highest revision that the lost etcd is known to have had, and when that was seen. */
export interface LastKnown {
  readonly revision: bigint;
  /** ISO 8601; absent where only that it was before now is known. */
  readonly at?: string;
  /** Who says so, before the revision, such as `trident-etcd-a has`. */
  readonly by: string;
}

/** What the lost etcd is known to have had after the snapshot; nothing of it where nothing is known. */
export interface KnownLoss {
  /** 0 where none is known. */
  readonly lostRevisions?: number;
  readonly lostSeconds?: number;
}

export function knownLoss(
  snapshot: { readonly revision: bigint; readonly savedAt: string; readonly savedAtBy?: string },
  last: LastKnown | undefined,
): KnownLoss {
  if (last === undefined) return {};
  const seconds = Math.round((Date.parse(last.at ?? "") - Date.parse(snapshot.savedAt)) / 1000);
  const time = Number.isNaN(seconds) ? {} : { lostSeconds: Math.max(0, seconds) };
  // An old Trident's etcd is another one, whose revisions tell nothing of this one's.
  if (snapshot.savedAtBy === "migration") return time;
  return {
    lostRevisions: Math.max(0, Number(last.revision - snapshot.revision)),
    ...time,
  };
}

/** One sentence. What came after the last look nobody knows, and it is said that nobody does. */
export function describeLoss(
  { lostRevisions, lostSeconds = 0 }: KnownLoss,
  last: LastKnown | undefined,
  savedAtBy?: string,
): string {
  if (savedAtBy === "migration") {
    return `What was written since the migration is lost${lostSeconds === 0 ? "" : `: ${describeDuration(lostSeconds)} until the last look at that etcd`}.`;
  }
  if (last === undefined || lostRevisions === undefined) {
    return "How much was written after the snapshot is not known: no later revision of that etcd is recorded.";
  }
  const seen = `${last.by} revision ${last.revision.toString()}${last.at === undefined ? "" : ` (${last.at})`}`;
  if (lostRevisions === 0)
    return `Nothing is known to be lost: ${seen}, which the snapshot has; what came later is not known.`;
  const after = lostSeconds === 0 ? "" : `, written in the ${describeDuration(lostSeconds)} after it`;
  return `What came after the snapshot is lost: ${counted(lostRevisions, "revision")} that are known of${after}: ${seen}. What came later is not known.`;
}
