import { counted } from "../wording/counted.ts";
import { KEYS_LISTED, type KeySample } from "./store/key-sample.ts";
import { printableKey, printableKeys } from "./store/printable-key.ts";
import type { UnansweredTransaction } from "./write/write-journal.ts";

/** The source holds no key in the range: most likely the wrong store, prefix or volume. */
export class EmptySourceError extends Error {
  constructor(from: Buffer) {
    super(
      `the source has no key under ${printableKey(from)}: nothing to copy. ` +
        "Check that this is the etcd that holds the state, and that the prefix is right",
    );
    this.name = "EmptySourceError";
  }
}

/** Keys with a lease are deleted by etcd when it ends. A copy cannot carry a lease over, so they would become permanent. */
export class LeasedKeysError extends Error {
  readonly count: number;

  constructor(count: number, examples: readonly Buffer[]) {
    super(
      `${count} of the source's keys have a lease (${printableKeys(examples, KEYS_LISTED).join(", ")}). ` +
        "A lease cannot be copied and the keys would become permanent. Stop what holds the leases, or delete these keys",
    );
    this.name = "LeasedKeysError";
    this.count = count;
  }
}

/** Source and destination are members of one etcd cluster. */
export class SameStoreError extends Error {
  constructor(clusterId: string) {
    super(
      `source and destination are the same etcd cluster (id ${clusterId}): there is nothing to copy. ` +
        "Check both addresses, also for a proxy or a load balancer in between",
    );
    this.name = "SameStoreError";
  }
}

/** The addresses given for one store are not of one mind. */
export class MembersDisagreeError extends Error {
  constructor(what: string, addresses: readonly string[]) {
    super(
      `the source's addresses ${addresses.join(" and ")} ${what}: which contents are right cannot be told from here. ` +
        "Give the addresses of one cluster, or repair it (replace the member that is wrong) before copying",
    );
    this.name = "MembersDisagreeError";
  }
}

/** The destination's range holds keys that the source does not have, or with other values. Nothing was written. */
export class ForeignKeysInDestinationError extends Error {
  readonly count: number;

  constructor({ count, first }: KeySample) {
    super(
      `the destination already holds ${counted(count, "key")} that the source does not have, or has with ` +
        `another value: ${first.join(", ")}${count > first.length ? ", ..." : ""}. They are never overwritten. ` +
        "Delete them if nothing needs them, or use an empty destination",
    );
    this.name = "ForeignKeysInDestinationError";
    this.count = count;
  }
}

/** The destination holds other bytes under keys that are to be copied. Nothing of those was overwritten. */
export class CopyConflictError extends Error {
  /** The printable names of all conflicting keys of the transaction that met them. */
  readonly keys: readonly string[];

  constructor(keys: readonly Buffer[]) {
    super(
      `the destination already has other values, or values with a lease, under ${keys.length} of the keys to copy: ` +
        `${printableKeys(keys, KEYS_LISTED).join(", ")}. They were left as they are; remove them or use an empty destination`,
    );
    this.name = "CopyConflictError";
    this.keys = keys.map(printableKey);
  }
}

/** One key with its value is more than a request or an answer may hold. */
export class EntryTooLargeError extends Error {
  /** The printable name of the key. */
  readonly key: string;

  constructor(store: string, key: Buffer, cause: unknown, valueBytes?: number) {
    const size = valueBytes === undefined ? "" : ` (a value of ${counted(valueBytes, "byte")})`;
    super(
      `the key ${printableKey(key)}${size} is too large for the ${store}: ` +
        (cause instanceof Error ? cause.message : String(cause)),
      { cause },
    );
    this.name = "EntryTooLargeError";
    this.key = printableKey(key);
  }
}

/** An entry that the destination would refuse; never its value. */
export interface TooLargeEntry {
  readonly key: Buffer;
  readonly valueBytes: number;
  /** What its transaction takes. */
  readonly requestBytes: number;
}

/** The destination was asked: it takes no request of the size that these entries need. Nothing was written. */
export class EntriesTooLargeError extends Error {
  /** The printable names of the keys, the largest entry first. */
  readonly keys: readonly string[];

  /** @param entries the largest first, at least one; `isComplete` unless there may be more. */
  constructor(entries: readonly TooLargeEntry[], isComplete: boolean, cause: unknown) {
    const named = entries.map(
      ({ key, valueBytes }) => `${printableKey(key)} (a value of ${counted(valueBytes, "byte")})`,
    );
    super(
      `${isComplete ? "" : "at least "}${entries.length} of the source's keys ${entries.length === 1 ? "is" : "are"} too ` +
        `large for the destination, value included: ${named.join(", ")}. Its etcd refuses requests above its ` +
        `--max-request-bytes (1572864 unless set). Set --max-request-bytes=${enough(entries)} or more on every member of ` +
        "the destination and restart it, or remove these keys from the source, then run the same again",
      { cause },
    );
    this.name = "EntriesTooLargeError";
    this.keys = entries.map(({ key }) => printableKey(key));
  }
}

/** etcd puts a transaction into a message of its own, with a header, before it compares the size. */
function enough(entries: readonly TooLargeEntry[]): number {
  const bytes = Math.max(...entries.map(({ requestBytes }) => requestBytes));
  return (Math.ceil(bytes / 1024) + 1) * 1024;
}

/** The destination has no space for what is to be written. What was applied before stays, and is known. */
export class DestinationFullError extends Error {
  constructor(cause: unknown) {
    super(
      `the destination takes no more keys: ${cause instanceof Error ? cause.message : String(cause)} ` +
        "(etcdctl compact, defrag, alarm disarm). Then run the same again: it goes on from there",
      { cause },
    );
    this.name = "DestinationFullError";
  }
}

/** A server's answer that no correct etcd gives. Whatever was read is not to be relied on. */
export class UntrustworthyAnswerError extends Error {
  constructor(store: string, what: string) {
    super(
      `the ${store} gave an answer that cannot be right: ${what}. Check the health of that etcd before trying again`,
    );
    this.name = "UntrustworthyAnswerError";
  }
}

/**
 * The copy stopped after it had begun to write. `cause` says why (the signal's reason when it was aborted).
 * A new copy completes it, removeCopiedKeys takes it back; both need nothing but what is carried here.
 */
export class CopyInterruptedError extends Error {
  /** Destination revisions of this run's own transactions. */
  readonly writtenRevisions: ReadonlySet<bigint>;
  /** Transactions whose reply never came: written or not, for removeCopiedKeys to find out. */
  readonly unanswered: readonly UnansweredTransaction[];

  constructor(
    keysCopied: number,
    writtenRevisions: ReadonlySet<bigint>,
    unanswered: readonly UnansweredTransaction[],
    cause: unknown,
  ) {
    super(
      `the copy stopped after ${counted(keysCopied, "key")}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
    this.name = "CopyInterruptedError";
    this.writtenRevisions = writtenRevisions;
    this.unanswered = unanswered;
  }
}

/** Source and destination are not the same. Values are never shown. */
export class CopyMismatchError extends Error {
  readonly missing: KeySample;
  readonly extra: KeySample;
  readonly different: KeySample;

  constructor(differences: { missing: KeySample; extra: KeySample; different: KeySample }) {
    const parts = [
      describe("missing in the destination", differences.missing),
      describe("only in the destination", differences.extra),
      describe("with another value", differences.different),
    ].filter((part) => part !== undefined);
    super(
      `the destination is not equal to the source: ${parts.join("; ")}. ` +
        "Something else writes to the destination or it lost data; stop that, empty the destination and copy again",
    );
    this.name = "CopyMismatchError";
    this.missing = differences.missing;
    this.extra = differences.extra;
    this.different = differences.different;
  }
}

function describe(what: string, { count, first }: KeySample): string | undefined {
  if (count === 0) {
    return undefined;
  }
  return `${counted(count, "key")} ${what} (${first.join(", ")}${count > first.length ? ", ..." : ""})`;
}
