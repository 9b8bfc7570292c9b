import { CopyMismatchError } from "../errors.ts";
import { KeySampler } from "../store/key-sample.ts";
import { mergeJoin } from "./merge-join.ts";
import { pinRevision } from "../read/pin-revision.ts";
import { readPages } from "../read/read-pages.ts";
import { isSame, PageDigest, type VerifiedCopy, type VerifyOptions } from "./verify-copy.ts";

/** All that can still be compared of a copy whose destination is in use and has forgotten how it was. */
export interface VerifiedOlderKeys {
  /** Its digest, keys and bytes are the source's. */
  readonly verified: VerifiedCopy;
  readonly compared: number;
  /** Keys of the source that were overwritten or deleted in the destination since. */
  readonly changedSince: number;
}

/**
 * Compares every key that the destination's user has not touched since a revision which etcd has compacted away: its keys tell when
 * they were written. What was overwritten or deleted since is only counted.
 *
 * @throws CopyMismatchError that names the keys; UntrustworthyAnswerError, the signal's reason or the store's error.
 */
export async function verifyOlderKeys(
  options: VerifyOptions & { readonly destinationRevision: bigint },
): Promise<VerifiedOlderKeys> {
  const { source, destination, range, sourceRevision, destinationRevision: since, onProgress } = options;
  const reading = { range, signal: options.signal, retryForMilliseconds: options.retryForMilliseconds };
  const revision = await pinRevision(destination, range, reading);
  const digest = new PageDigest();
  const extra = new KeySampler();
  const different = new KeySampler();
  let compared = 0;
  let changedSince = 0;
  await mergeJoin(
    digest.over(readPages({ ...reading, store: source, name: "source", revision: sourceRevision })),
    readPages({ ...reading, store: destination, name: "destination", revision }),
    {
      onlyLeft: () => {
        changedSince += 1;
      },
      onlyRight: (right) => {
        if (right.createRevision <= since) extra.add(right);
      },
      both: (left, right) => {
        if (right.modRevision > since) {
          changedSince += 1;
          return;
        }
        compared += 1;
        if (!isSame(left, right, options.leases === "copy-without")) different.add(left);
      },
      onPage: (keysCompared, keysTotal) => onProgress?.({ keysCompared, keysTotal }),
    },
  );
  if (extra.count + different.count > 0) {
    const missing = new KeySampler().sample();
    throw new CopyMismatchError({ missing, extra: extra.sample(), different: different.sample() });
  }
  const { keys, bytes } = digest;
  const verified = { keys, bytes, sha256: digest.hexadecimal(), sourceRevision, destinationRevision: since };
  return { verified, compared, changedSince };
}
