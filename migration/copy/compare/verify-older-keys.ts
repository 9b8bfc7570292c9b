import { pinRevision } from "../read/pin-revision.ts";
import { compareRanges } from "./compare-ranges.ts";
import { Differences } from "./differences.ts";
import type { Tally } from "./merge-join.ts";
import { comparisonWith, PageDigest, type VerifiedCopy, type VerifyOptions } from "./verify-copy.ts";

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
  const retry = { signal: options.signal, retryForMilliseconds: options.retryForMilliseconds };
  const revision = await pinRevision(destination, range, retry);
  const digest = new PageDigest();
  const differences = new Differences(comparisonWith(options.leases));
  let compared = 0;
  let changedSince = 0;
  const tally: Tally = {
    onlySource: () => {
      changedSince += 1;
    },
    onlyDestination: (entry) => {
      if (entry.createRevision <= since) differences.onlyDestination(entry);
    },
    both: (entry, other) => {
      if (other.modRevision > since) {
        changedSince += 1;
        return;
      }
      compared += 1;
      differences.both(entry, other);
    },
  };
  await compareRanges(
    {
      ...{ ...retry, range },
      source: {
        store: source,
        revision: sourceRevision,
        onRead: (page) => {
          digest.add(page);
        },
      },
      destination: { store: destination, revision },
      onPage: (keysCompared, keysTotal) => onProgress?.({ keysCompared, keysTotal }),
    },
    tally,
  );
  differences.refuse();
  const { keys, bytes } = digest;
  const verified = { keys, bytes, sha256: digest.hexadecimal(), sourceRevision, destinationRevision: since };
  return { verified, compared, changedSince };
}
