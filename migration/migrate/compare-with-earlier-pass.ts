import type { EarlierPass } from "../copy/copy-changes.ts";
import { hasSameValue } from "../copy/store/entry-bytes.ts";
import { KeySampler } from "../copy/store/key-sample.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import { mergeJoin } from "../copy/compare/merge-join.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { readPages } from "../copy/read/read-pages.ts";
import { BlockedError } from "../blockers/blocker.ts";
import { foreignKeys } from "../blockers/state-blockers.ts";
import type { OpenStore } from "../connect/open-store.ts";

export interface EarlierKeys {
  /** Of the keys to copy: how many stand in the destination with the same bytes. */
  readonly equal: number;
  /** The destination's revisions at which the earlier run wrote what stands there: all that takes it back. */
  readonly revisions: ReadonlySet<bigint>;
}

/**
 * Like `preflight/check-destination.ts`, for a destination in which an earlier run was killed: its keys are no obstacle,
 * whatever the source has become since.
 *
 * @throws BlockedError (foreignKeys) for keys that are neither its own nor equal to the source's.
 */
export async function compareWithEarlierPass(options: {
  readonly source: OpenStore;
  readonly destination: OpenStore;
  readonly range: KeyPrefix;
  readonly sourceRevision: bigint;
  readonly earlier: EarlierPass;
}): Promise<EarlierKeys> {
  const { source, destination, range, sourceRevision, earlier } = options;
  const revision = await pinRevision(destination, range);
  const revisions = new Set<bigint>();
  const foreign = new KeySampler();
  let equal = 0;
  await mergeJoin(
    readPages({ store: source, name: "source", range, revision: sourceRevision }),
    readPages({ store: destination, name: "destination", range, revision }),
    {
      onlyLeft: () => undefined,
      onlyRight: (right) => {
        if (earlier.isAsLeft(right)) revisions.add(right.modRevision);
        else foreign.add(right);
      },
      both: (left, right) => {
        const same = hasSameValue(left, right);
        if (same && right.lease === 0n) equal += 1;
        if (earlier.isAsLeft(right)) revisions.add(right.modRevision);
        else if (!same || right.lease !== 0n) foreign.add(right);
      },
    },
  );
  if (foreign.count > 0) {
    throw new BlockedError(foreignKeys(destination.description, range.text, foreign));
  }
  return { equal, revisions };
}
