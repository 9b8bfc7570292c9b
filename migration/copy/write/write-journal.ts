import type { KeyValue } from "../store/key-value-store.ts";

/**
 * A transaction that was sent and never answered: etcd may have applied it, may still, or never will.
 * To take a copy back one must know the revisions that are ours, these included.
 */
export interface UnansweredTransaction {
  /** What it would have created, in ascending key order. */
  readonly entries: readonly KeyValue[];
  /** The destination's revision before this run wrote anything. */
  readonly afterRevision: bigint;
}

/** What one pass writes to the destination, as far as it knows; kept while it writes. */
export class WriteJournal {
  /** The destination's revision before the pass wrote anything. */
  readonly startRevision: bigint;
  readonly writtenRevisions = new Set<bigint>();
  /** Sent, but whether they were applied is not known (yet). */
  readonly unanswered = new Set<UnansweredTransaction>();

  constructor(startRevision: bigint) {
    this.startRevision = startRevision;
  }
}

/** What a run has written to the destination: all that removeCopiedKeys needs to take it back. */
export interface Written {
  readonly revisions: ReadonlySet<bigint>;
  /** Transactions whose reply never came. */
  readonly unanswered: readonly UnansweredTransaction[];
}

/** What several passes wrote to the destination, all together. */
export class WrittenKeys implements Written {
  readonly revisions = new Set<bigint>();
  readonly #unanswered = new Set<UnansweredTransaction>();
  /** Whether the record's copy marker is for keys that are all listed here; not so for a run that never got to look at them. */
  coversMarker = false;

  get unanswered(): readonly UnansweredTransaction[] {
    return [...this.#unanswered];
  }

  /** May be told the same more than once. */
  add(written: {
    readonly revisions: ReadonlySet<bigint>;
    readonly unanswered?: readonly UnansweredTransaction[];
  }): void {
    for (const revision of written.revisions) this.revisions.add(revision);
    for (const transaction of written.unanswered ?? []) this.#unanswered.add(transaction);
  }

  /** Once all of it was taken back. */
  forget(): void {
    this.revisions.clear();
    this.#unanswered.clear();
  }
}
