import { verifyAgain, type Pass } from "./copy-and-verify.ts";
import { isCompacted } from "../copy/store/store-error.ts";
import type { VerifiedCopy } from "../copy/compare/verify-copy.ts";
import { verifyOlderKeys } from "../copy/compare/verify-older-keys.ts";

/**
 * Compares every key and value as they were when the new Trident was started. When the new etcd has compacted that away, all that
 * the new Trident has not touched since is compared as it is now, and the report says how much that is.
 *
 * @param startedOn the destination's revision.
 */
export async function verifyServed(pass: Omit<Pass, "written">, startedOn: bigint): Promise<VerifiedCopy> {
  try {
    return await verifyAgain(pass, startedOn);
  } catch (error) {
    if (!isCompacted(error)) throw error;
  }
  const { source, destination, range, revision, signal, report } = pass;
  report(
    "The new etcd has compacted the revision that the new Trident was started on: its keys are compared as they are.",
  );
  const compared = { source, destination, range, signal, sourceRevision: revision, destinationRevision: startedOn };
  const { verified, compared: keys, changedSince } = await verifyOlderKeys(compared);
  report(
    `Verified: ${keys} of ${verified.keys} keys and values are equal; the other ${changedSince} the new Trident has ` +
      `overwritten or deleted since, and they are its own (SHA-256 of the old etcd's state ${verified.sha256}).`,
  );
  return verified;
}
