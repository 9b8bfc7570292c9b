import { MOST_OPERATIONS } from "../write/batches.ts";
import { keyAfter } from "../store/key-range.ts";
import type { KeyAtRevision, KeyRange, StoredKeyValue } from "../store/key-value-store.ts";

/** What is to become of a key in the destination; a key that is replaced is deleted, then created anew. */
export type ChangeKind = "create" | "replace" | "delete";

/** Keys that all change in the same way, no more than one transaction creates. */
export interface ChangedKeys {
  readonly kind: ChangeKind;
  /** What is out of date in the destination, as it stood when it was read. */
  readonly stale: readonly KeyAtRevision[];
  /** Parts of the source that hold the keys to create and no others. */
  readonly runs: readonly ChangedRun[];
}

/** Neighbours in the source: one read gets them all. */
export interface ChangedRun {
  readonly range: KeyRange;
  readonly keys: number;
}

interface Run {
  readonly from: Buffer;
  last: Buffer;
  keys: number;
}

interface Group {
  stale: KeyAtRevision[];
  runs: Run[];
  keys: number;
}

/** Gathers the keys that differ, in ascending order as a comparison finds them, into groups of one kind each. */
export class ChangedKeysCollector {
  readonly #groups: Record<ChangeKind, Group> = { create: emptyGroup(), replace: emptyGroup(), delete: emptyGroup() };
  #full: ChangedKeys[] = [];
  /** The run that the next key of the source belongs to, if it changes in the same way as the last one. */
  #open: { readonly kind: ChangeKind; readonly run: Run } | undefined;

  /** The source has the key and the destination does not, or whether both are equal is to be seen. */
  create({ key }: StoredKeyValue): void {
    this.#addRead("create", copyOf(key));
    this.#closeIfFull("create");
  }

  replace({ key }: StoredKeyValue, stale: StoredKeyValue): void {
    this.#groups.replace.stale.push(keyAtRevision(stale));
    this.#addRead("replace", copyOf(key));
    this.#closeIfFull("replace");
  }

  /** The source no longer has the key. */
  delete(stale: StoredKeyValue): void {
    this.#groups.delete.stale.push(keyAtRevision(stale));
    this.#groups.delete.keys += 1;
    this.#closeIfFull("delete");
  }

  /** The source has the key as it was: what comes after it is not read together with what came before. */
  keep(): void {
    this.#open = undefined;
  }

  /** The groups that are full; with `all` also those that are not. Each is handed out once. */
  take(all: boolean): readonly ChangedKeys[] {
    if (all) {
      for (const kind of ["create", "replace", "delete"] as const) this.#close(kind);
    }
    const taken = this.#full;
    this.#full = [];
    return taken;
  }

  #addRead(kind: ChangeKind, key: Buffer): void {
    const group = this.#groups[kind];
    if (this.#open?.kind === kind) {
      this.#open.run.last = key;
      this.#open.run.keys += 1;
    } else {
      const run = { from: key, last: key, keys: 1 };
      group.runs.push(run);
      this.#open = { kind, run };
    }
    group.keys += 1;
  }

  #closeIfFull(kind: ChangeKind): void {
    if (this.#groups[kind].keys >= MOST_OPERATIONS) {
      this.#close(kind);
    }
  }

  #close(kind: ChangeKind): void {
    const { stale, runs, keys } = this.#groups[kind];
    if (keys > 0) {
      this.#full.push({
        kind,
        stale,
        runs: runs.map((run) => ({ range: { from: run.from, to: keyAfter(run.last) }, keys: run.keys })),
      });
      this.#groups[kind] = emptyGroup();
    }
    if (this.#open?.kind === kind) {
      this.#open = undefined;
    }
  }
}

function emptyGroup(): Group {
  return { stale: [], runs: [], keys: 0 };
}

function keyAtRevision({ key, modRevision }: StoredKeyValue): KeyAtRevision {
  return { key: copyOf(key), modRevision };
}

/** A key that was read is a view of its whole page, which must not be kept for the sake of one changed key. */
function copyOf(key: Buffer): Buffer {
  return Buffer.from(key);
}
