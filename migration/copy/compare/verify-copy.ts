import { createHash } from "node:crypto";
import type { LeasePolicy } from "../check-source.ts";
import { bytesOf, copyKey, copyValue, hasSameValue, keyLength, valueLength } from "../store/entry-bytes.ts";
import type { KeyRange, KeyValue, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { compareRanges } from "./compare-ranges.ts";
import { Differences } from "./differences.ts";
import { pinRevision } from "../read/pin-revision.ts";
import type { Page } from "../read/read-pages.ts";

export interface VerifyProgress {
  readonly keysCompared: number;
  readonly keysTotal: number;
}

export interface VerifyOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** The revision that was copied. */
  readonly sourceRevision: bigint;
  /** Default: the latest, of which the answer tells. */
  readonly destinationRevision?: bigint;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
  /** How long a failing read is repeated. Default 30,000. */
  readonly retryForMilliseconds?: number;
  /** `copy-without`: a lease on the source's side is no difference. Default `refuse`. */
  readonly leases?: LeasePolicy;
}

export interface VerifiedCopy {
  readonly keys: number;
  /** The sum of the lengths of all keys and values. */
  readonly bytes: number;
  /**
   * Hexadecimal, over what the destination holds: for each key, in ascending order, the key's length, the key, the value's
   * length, the value; lengths as unsigned 64-bit big-endian numbers. Equal contents have equal digests, on any etcd.
   */
  readonly sha256: string;
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
}

/**
 * Reads both sides anew, each at one revision, and compares every key and every byte. The copy's own bookkeeping plays no
 * part in it.
 *
 * @throws CopyMismatchError that names the keys; UntrustworthyAnswerError, the signal's reason or the store's error.
 */
export async function verifyCopy(options: VerifyOptions): Promise<VerifiedCopy> {
  const { source, destination, range, sourceRevision, onProgress } = options;
  const destinationRevision = options.destinationRevision ?? (await pinRevision(destination, range, options));
  const digest = new PageDigest();
  const differences = new Differences(comparisonWith(options.leases));
  await compareRanges(
    {
      ...{ range, signal: options.signal, retryForMilliseconds: options.retryForMilliseconds },
      source: { store: source, revision: sourceRevision },
      destination: {
        store: destination,
        revision: destinationRevision,
        onRead: (page) => {
          digest.add(page);
        },
      },
      onPage: (keysCompared, keysTotal) => onProgress?.({ keysCompared, keysTotal }),
    },
    differences,
  );
  differences.refuse();
  return { keys: digest.keys, bytes: digest.bytes, sha256: digest.hexadecimal(), sourceRevision, destinationRevision };
}

/** Whether two entries of one key are the same. A lease on one side only is a difference: the key would vanish there. */
export function comparisonWith(
  leases: LeasePolicy = "refuse",
): (source: StoredKeyValue, destination: StoredKeyValue) => boolean {
  return leases === "copy-without"
    ? (source, destination) => destination.lease === 0n && hasSameValue(source, destination)
    : (source, destination) =>
        (source.lease === 0n) === (destination.lease === 0n) && hasSameValue(source, destination);
}

/** Counts and hashes pages. */
export class PageDigest {
  readonly #hash = createHash("sha256");
  keys = 0;
  bytes = 0;

  add({ entries }: Page): void {
    const framed = frame(entries);
    this.#hash.update(framed);
    this.keys += entries.length;
    this.bytes += framed.length - entries.length * FRAME_BYTES;
  }

  hexadecimal(): string {
    return this.#hash.digest("hex");
  }
}

const LENGTH_BYTES = 8;
const FRAME_BYTES = 2 * LENGTH_BYTES;

/** One buffer for a page: a call of the hash for each key and value would cost more than the hashing. */
function frame(entries: readonly KeyValue[]): Buffer {
  const framed = Buffer.alloc(bytesOf(entries) + entries.length * FRAME_BYTES);
  let offset = 0;
  for (const entry of entries) {
    // The upper half of a length stays zero: no entry has 4 GiB.
    framed.writeUInt32BE(keyLength(entry), offset + LENGTH_BYTES / 2);
    offset = copyKey(entry, framed, offset + LENGTH_BYTES);
    framed.writeUInt32BE(valueLength(entry), offset + LENGTH_BYTES / 2);
    offset = copyValue(entry, framed, offset + LENGTH_BYTES);
  }
  return framed;
}
