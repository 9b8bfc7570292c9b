import { createHash } from "node:crypto";
import type { LeasePolicy } from "../check-source.ts";
import { bytesOf, copyKey, copyValue, hasSameValue, keyLength, valueLength } from "../store/entry-bytes.ts";
import { CopyMismatchError } from "../errors.ts";
import { KeySampler } from "../store/key-sample.ts";
import type { KeyRange, KeyValue, KeyValueStore, StoredKeyValue } from "../store/key-value-store.ts";
import { mergeJoin } from "./merge-join.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readPages, type Page } from "../read/read-pages.ts";

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
  const reading = { range, signal: options.signal, retryForMilliseconds: options.retryForMilliseconds };
  const digest = new PageDigest();
  const missing = new KeySampler();
  const extra = new KeySampler();
  const different = new KeySampler();
  await mergeJoin(
    readPages({ ...reading, store: source, name: "source", revision: sourceRevision }),
    digest.over(readPages({ ...reading, store: destination, name: "destination", revision: destinationRevision })),
    {
      onlyLeft: (left) => {
        missing.add(left);
      },
      onlyRight: (right) => {
        extra.add(right);
      },
      both: (left, right) => {
        if (!isSame(left, right, options.leases === "copy-without")) {
          different.add(left);
        }
      },
      onPage: (keysCompared, keysTotal) => onProgress?.({ keysCompared, keysTotal }),
    },
  );
  if (missing.count + extra.count + different.count > 0) {
    throw new CopyMismatchError({
      missing: missing.sample(),
      extra: extra.sample(),
      different: different.sample(),
    });
  }
  return { keys: digest.keys, bytes: digest.bytes, sha256: digest.hexadecimal(), sourceRevision, destinationRevision };
}

/** A lease on one side only counts as a difference: the key would vanish there. */
export function isSame(left: StoredKeyValue, right: StoredKeyValue, withoutLeases: boolean): boolean {
  const sameLease = withoutLeases ? right.lease === 0n : (left.lease === 0n) === (right.lease === 0n);
  return sameLease && hasSameValue(left, right);
}

/** Counts and hashes pages on their way through. */
export class PageDigest {
  readonly #hash = createHash("sha256");
  keys = 0;
  bytes = 0;

  async *over(pages: AsyncIterable<Page>): AsyncGenerator<Page, void, undefined> {
    for await (const page of pages) {
      const framed = frame(page.entries);
      this.#hash.update(framed);
      this.keys += page.entries.length;
      this.bytes += framed.length - page.entries.length * FRAME_BYTES;
      yield page;
    }
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
