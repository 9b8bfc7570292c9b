import { counted } from "../../wording/counted.ts";
import { CopyConflictError, UntrustworthyAnswerError } from "../errors.ts";
import { readPages } from "../read/read-pages.ts";
import { keyAfter } from "../store/key-range.ts";
import type { KeyAtRevision, KeyValue, KeyValueStore } from "../store/key-value-store.ts";
import { withRetries, type RetryOptions } from "../store/retry.ts";
import { batchesOf } from "../write/batches.ts";
import { usualLimits, writeEntries } from "../write/write-entries.ts";
import type { WriteJournal } from "../write/write-journal.ts";
import type { WritePace } from "../write/write-pace.ts";
import type { ChangedKeys, ChangedRun } from "./changed-keys.ts";

export interface CarrierOptions extends RetryOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  /** The source is read as of this revision. */
  readonly revision: bigint;
  /** `false`: only what is out of date is deleted. Default true. */
  readonly create?: boolean;
}

/** Makes changes, and counts what it has made. Groups share no key: they may be carried side by side. */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #journal: WriteJournal;
  readonly #limits = usualLimits();
  readonly #pace: WritePace;
  /** Whether anything was sent to the destination. */
  started = false;
  created = 0;
  replaced = 0;
  deleted = 0;

  constructor(options: CarrierOptions, journal: WriteJournal, pace: WritePace) {
    this.#options = options;
    this.#journal = journal;
    this.#pace = pace;
  }

  /**
   * Reads before it deletes, so that a source that fails costs the destination nothing; deletes before it creates, since a
   * key that is replaced must be gone for the guard of its creation.
   */
  async carry({ kind, stale, runs }: ChangedKeys): Promise<void> {
    const { create = true } = this.#options;
    const entries = create ? (await Promise.all(runs.map((run) => this.#read(run)))).flat() : [];
    if (stale.length > 0) {
      await this.#delete(kind, stale);
    }
    for (const batch of batchesOf(entries, this.#limits)) {
      const written = batch.length - (await this.#create(batch));
      this.created += kind === "create" ? written : 0;
      this.replaced += kind === "replace" ? written : 0;
    }
    this.deleted += kind === "delete" ? stale.length : 0;
    this.replaced += kind === "replace" && !create ? stale.length : 0;
  }

  async #read({ range, keys }: ChangedRun): Promise<readonly KeyValue[]> {
    const { source, revision, signal, retryForMilliseconds } = this.#options;
    const reading = { store: source, name: "source", range, revision, signal, retryForMilliseconds };
    const entries: KeyValue[] = [];
    for await (const page of readPages(reading)) {
      entries.push(...page.entries);
    }
    if (entries.length !== keys) {
      throw new UntrustworthyAnswerError("source", `it had ${counted(keys, "key")} in a range, then ${entries.length}`);
    }
    return entries;
  }

  /**
   * Fewer deletions than keys: another program was faster, or the reply to an attempt that had deleted them was lost. Only
   * what is there now tells; of a key to replace its creation tells as well.
   */
  async #delete(kind: ChangedKeys["kind"], stale: readonly KeyAtRevision[]): Promise<void> {
    const { destination } = this.#options;
    this.#options.signal?.throwIfAborted();
    this.started = true;
    const deleted = await withRetries(() => destination.deleteUnchanged(stale), this.#options);
    if (deleted < stale.length && kind === "delete") {
      const there = await Promise.all(stale.map(({ key }) => this.#isThere(key)));
      const changed = stale.filter((_, index) => there[index]).map(({ key }) => key);
      if (changed.length > 0) {
        throw new CopyConflictError(changed);
      }
    }
  }

  async #isThere(key: Buffer): Promise<boolean> {
    const request = { from: key, to: keyAfter(key), countOnly: true };
    const { count } = await withRetries(() => this.#options.destination.range(request), this.#options);
    return count > 0;
  }

  async #create(batch: readonly KeyValue[]): Promise<number> {
    const { destination, signal, retryForMilliseconds } = this.#options;
    signal?.throwIfAborted();
    this.started = true;
    const writing = { signal, retryForMilliseconds, pace: this.#pace };
    return writeEntries(destination, batch, this.#limits, this.#journal, writing);
  }
}
