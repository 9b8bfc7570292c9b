import type { Written } from "../copy-until-verified.ts";
import type { UnansweredTransaction } from "./own-transactions.ts";

/** What several passes wrote to the destination, all together. */
export class WrittenKeys implements Written {
  readonly revisions = new Set<bigint>();
  readonly #unanswered = new Set<UnansweredTransaction>();
  /** Whether the record's mark is for keys that are all listed here; not so for a run that never got to look at them. */
  coversMark = false;

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
