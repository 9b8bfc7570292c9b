/** One key's change at a revision; without a value it was deleted. */
interface Change {
  readonly revision: bigint;
  readonly name: string;
  readonly value: Buffer | undefined;
}

/** A key as a string that compares and prints: one character a byte. */
export function nameOf(key: Buffer): string {
  return key.toString("latin1");
}

/** What the test itself wrote to a store, by revision: what must be there is known without asking the engine. */
export class WriteRecord {
  readonly #changes: Change[] = [];
  readonly #uncertainChanges: Change[] = [];
  /** Keys of writes that failed: applied or not, at a revision nobody told. */
  readonly uncertain = new Set<string>();
  readonly revisions = new Set<bigint>();

  add(revision: bigint, key: Buffer, value: Buffer | undefined): void {
    this.#changes.push({ revision, name: nameOf(key), value });
    this.revisions.add(revision);
  }

  addUncertain(key: Buffer, value: Buffer | undefined): void {
    this.uncertain.add(nameOf(key));
    this.#uncertainChanges.push({ revision: 0n, name: nameOf(key), value });
  }

  get uncertainWrites(): number {
    return this.#uncertainChanges.length;
  }

  stateAt(revision: bigint): Map<string, Buffer> {
    const state = new Map<string, Buffer>();
    for (const change of this.#changes) {
      if (change.revision > revision) {
        continue;
      }
      if (change.value === undefined) {
        state.delete(change.name);
      } else {
        state.set(change.name, change.value);
      }
    }
    return state;
  }

  /** The keys that were written or deleted after the revision, with what they hold now. */
  changedSince(revision: bigint): Map<string, Buffer | undefined> {
    const later = this.#changes.filter((change) => change.revision > revision);
    return new Map(later.map(({ name, value }) => [name, value]));
  }

  /** Whether the key had this value at any time. */
  everHeld(name: string, value: Buffer): boolean {
    return [...this.#changes, ...this.#uncertainChanges].some(
      (change) => change.name === name && change.value?.equals(value) === true,
    );
  }

  lastChangeOf(name: string): { readonly revision: bigint; readonly value: Buffer | undefined } | undefined {
    return this.#changes.findLast((change) => change.name === name);
  }
}
