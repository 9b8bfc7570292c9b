/** What stays of one etcd's snapshots: each number keeps, and what none keeps goes. */
export interface Retention {
  /** So many of the newest that can be restored; at least one, whatever is asked for. */
  readonly keep: number;
  /** And whatever is not older than so many days. @default none by age */
  readonly keepDays?: number;
}

export interface AgedSnapshot {
  readonly savedAt: Date;
  /** Whether it was read and can be restored. One that can't keeps no older one from being kept. */
  readonly isUsable: boolean;
}

const millisecondsOfDay = 24 * 60 * 60 * 1000;

/**
 * Those that go, the newest first: each has as many newer usable ones as are kept, and is older than the days. So the newest usable one
 * always stays, nothing goes where none is usable, and one that is damaged goes when it would go anyway.
 */
export function supersededSnapshots<Snapshot extends AgedSnapshot>(
  snapshots: readonly Snapshot[],
  { keep, keepDays = 0 }: Retention,
  now: Date,
): Snapshot[] {
  const keptSince = now.getTime() - keepDays * millisecondsOfDay;
  let newerUsable = 0;
  return newestFirst(snapshots).filter(({ savedAt, isUsable }) => {
    const hasEnoughNewer = newerUsable >= Math.max(1, keep);
    if (isUsable) newerUsable += 1;
    return hasEnoughNewer && savedAt.getTime() < keptSince;
  });
}

export function newestFirst<Snapshot extends Pick<AgedSnapshot, "savedAt">>(
  snapshots: readonly Snapshot[],
): Snapshot[] {
  return snapshots.toSorted((one, other) => other.savedAt.getTime() - one.savedAt.getTime());
}
