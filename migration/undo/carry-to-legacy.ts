import { copyChanges } from "../copy/changes/copy-changes.ts";
import { hasSameValue } from "../copy/store/entry-bytes.ts";
import type { KeyRange, StoredKeyValue } from "../copy/store/key-value-store.ts";
import { compareRanges } from "../copy/compare/compare-ranges.ts";
import { Differences } from "../copy/compare/differences.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { isCompacted } from "../copy/store/store-error.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { amountOf, countNewWrites } from "./count-new-writes.ts";
import { counted } from "../wording/counted.ts";
import type { StartedOn } from "../record/started-on.ts";

/** What the new Trident wrote can't be brought into the legacy etcd. Nothing was written there, unless it says so. */
export class NotCarriedError extends Error {
  override readonly name = "NotCarriedError";

  constructor(legacyEtcd: string, why: string) {
    super(`what the new Trident has written can't be carried into ${legacyEtcd}: ${why}`);
  }
}

/** Both etcds were written to after they were equal: whichever is kept, something of the other one is given up. */
export class BothWrittenError extends Error {
  override readonly name = "BothWrittenError";

  constructor(sides: {
    readonly legacyEtcd: string;
    readonly newEtcd: string;
    readonly byLegacy: number;
    readonly byNew: number;
  }) {
    super(
      `both Tridents have written since the copy: the old one ${counted(sides.byLegacy, "key")} in ${sides.legacyEtcd}, the new one ` +
        `${counted(sides.byNew, "key")} in ${sides.newEtcd}`,
    );
  }
}

/** Both etcds, to neither of which anybody writes now. */
export interface Carrying {
  readonly newEtcd: OpenStore;
  readonly legacyEtcd: OpenStore;
  readonly range: KeyRange;
  readonly started: StartedOn;
  /** Whether a run that was killed had begun to carry, and so has written to the legacy etcd. */
  readonly hasBegun: boolean;
  readonly signal: AbortSignal;
  /** Called right before the first write. */
  readonly begin: () => Promise<void>;
}

/**
 * Carries what the new Trident wrote since its start, deletions included, into the legacy etcd, and compares those keys. What it
 * has not touched stays there as it is.
 *
 * @throws NotCarriedError, BothWrittenError before anything is written; CopyMismatchError, the signal's reason or the store's error.
 */
export async function carryToLegacy(carrying: Carrying): Promise<void> {
  const { newEtcd, legacyEtcd, range, started, signal } = carrying;
  if (!carrying.hasBegun) await refuseOtherThanCopied(carrying);
  await carrying.begin();
  const since = started.destinationRevision;
  const revision = await pinRevision(newEtcd, range, { signal });
  // Everything in it is the copied state or what an earlier attempt carried: the checks have shown that.
  const earlier = { since, isAsLeft: () => true };
  await copyChanges({ source: newEtcd, destination: legacyEtcd, range, revision, earlier, signal });
  await compareCarried(carrying, revision);
}

/** The legacy etcd must be the one that was copied, untouched since, and the copy must have had each of its keys. */
async function refuseOtherThanCopied({ newEtcd, legacyEtcd, range, started, signal }: Carrying): Promise<void> {
  const refuse = (why: string): never => {
    throw new NotCarriedError(legacyEtcd.description, why);
  };
  const { clusterId } = await legacyEtcd.status();
  if (started.sourceClusterId !== undefined && started.sourceClusterId !== clusterId) {
    refuse(`it is etcd cluster ${clusterId}, and ${started.sourceClusterId} was copied`);
  }
  const retry = { signal };
  if (started.sourceRevision !== undefined) {
    const byLegacy = amountOf(await countNewWrites(legacyEtcd, range, started.sourceRevision, started.keys, retry));
    if (byLegacy > 0) {
      const since = started.destinationRevision;
      const written = amountOf(await countNewWrites(newEtcd, range, since, started.keys, retry));
      throw new BothWrittenError({
        ...{ legacyEtcd: legacyEtcd.description, newEtcd: newEtcd.description },
        ...{ byLegacy, byNew: written },
      });
    }
  }
  const unknown = await keysThatTheCopyLacked({ newEtcd, legacyEtcd, range, started, signal });
  if (unknown > 0) refuse(`it has ${unknown} keys that the new etcd did not have when the new Trident was started`);
}

/** Keys of the legacy etcd that are not in the new one, and that the new Trident can't have deleted. */
async function keysThatTheCopyLacked(
  side: Pick<Carrying, "newEtcd" | "legacyEtcd" | "range" | "started" | "signal">,
): Promise<number> {
  const { newEtcd, legacyEtcd, range, started, signal } = side;
  const source = { store: legacyEtcd, revision: await pinRevision(legacyEtcd, range, { signal }) };
  const lacking = async (revision: bigint): Promise<number> => {
    let count = 0;
    const tally = {
      onlySource: () => {
        count += 1;
      },
      onlyDestination: () => undefined,
      both: () => undefined,
    };
    const destination = { store: newEtcd, revision };
    await compareRanges({ range, source, destination, keysOnly: true, signal }, tally);
    return count;
  };
  const now = await lacking(await pinRevision(newEtcd, range, { signal }));
  if (now === 0) return 0;
  try {
    if (started.destinationRevision > 0n) return await lacking(started.destinationRevision);
  } catch (error) {
    if (!isCompacted(error)) throw error;
  }
  // As many as were copied: all of them were, and those that lack were deleted since.
  const { count } = await legacyEtcd.range({ ...range, countOnly: true });
  return count === started.keys ? 0 : now;
}

/** Every key that the new Trident wrote is there with its value, and none that it deleted. */
async function compareCarried(carrying: Carrying, revision: bigint): Promise<void> {
  const { newEtcd, legacyEtcd, range, started, signal } = carrying;
  const isNew = ({ modRevision }: StoredKeyValue): boolean => modRevision > started.destinationRevision;
  const differences = new Differences((written, carried) => !isNew(written) || hasSameValue(written, carried));
  const legacyRevision = await pinRevision(legacyEtcd, range, { signal });
  await compareRanges(
    {
      ...{ range, signal },
      source: { store: newEtcd, revision },
      destination: { store: legacyEtcd, revision: legacyRevision },
    },
    differences,
  );
  differences.refuse();
}
