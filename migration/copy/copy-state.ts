import { checkSource, type LeasePolicy } from "./check-source.ts";
import { refuseDisagreeingMembers, refuseSameStore } from "./check-stores.ts";
import { findForeignKeys } from "./compare/foreign-keys.ts";
import { copyUntilVerified, type StateProgress } from "./copy-until-verified.ts";
import { ForeignKeysInDestinationError } from "./errors.ts";
import type { KeyRange, KeyValueStore } from "./store/key-value-store.ts";
import { pinRevision } from "./read/pin-revision.ts";
import { isCompacted } from "./store/store-error.ts";
import type { VerifiedCopy } from "./compare/verify-copy.ts";
import type { Written } from "./write/write-journal.ts";

export interface CopyStateOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** Whether to be content with a source that has no key in the range. Default false. */
  readonly allowEmptySource?: boolean;
  /** Default `refuse`. */
  readonly leases?: LeasePolicy;
  readonly onProgress?: (progress: StateProgress) => void;
  /** Called with all that this run has written each time there is more, before it ends in whatever way. */
  readonly onWritten?: (written: Written) => void;
  readonly signal?: AbortSignal;
  /** How long a failing call is repeated. Default 30,000. */
  readonly retryForMilliseconds?: number;
}

export interface CopiedState extends VerifiedCopy {
  /** Keys that stood in the destination, byte-equal, before this run. */
  readonly keysAlreadyThere: number;
}

/** How many revisions are checked when compactions take them away one after the other. */
const MOST_REVISIONS = 4;

/**
 * The whole job: checks both sides, pins the source's revision, copies, verifies. Answering is success; nothing else is.
 * When the pinned revision is compacted away meanwhile, it goes on from a new one and carries over what changed, deletions
 * included.
 *
 * @throws SameStoreError, MembersDisagreeError, ForeignKeysInDestinationError, EmptySourceError, LeasedKeysError,
 *   EntriesTooLargeError before anything is written; what copyPrefix, copyChanges and verifyCopy throw after that.
 */
export async function copyState(options: CopyStateOptions): Promise<CopiedState> {
  await refuseSameStore(options.source, options.destination, options);
  const { revision, keysAlreadyThere } = await checkAtSomeRevision(options);
  const verified = await copyUntilVerified({ ...options, revision });
  return { ...verified, keysAlreadyThere };
}

interface Checked {
  readonly revision: bigint;
  readonly keysAlreadyThere: number;
}

async function checkAtSomeRevision(options: CopyStateOptions): Promise<Checked> {
  for (let tried = 1; ; tried += 1) {
    const revision = await pinRevision(options.source, options.range, options);
    try {
      return { revision, keysAlreadyThere: await check(options, revision) };
    } catch (error) {
      if (tried === MOST_REVISIONS || !isCompacted(error)) {
        throw error;
      }
    }
  }
}

/** @returns how many of the keys stand in the destination already. */
async function check(options: CopyStateOptions, revision: bigint): Promise<number> {
  const { source, destination, range, leases, signal, retryForMilliseconds } = options;
  const retry = { signal, retryForMilliseconds };
  await refuseDisagreeingMembers(source, revision);
  const allowEmpty = options.allowEmptySource;
  const keysTotal = await checkSource({ ...retry, source, destination, range, revision, allowEmpty, leases });
  options.onProgress?.({ phase: "checking", keysDone: 0, keysTotal, bytesDone: 0 });
  const found = await findForeignKeys({ ...retry, source, destination, range, sourceRevision: revision });
  if (found.foreign.count > 0) {
    throw new ForeignKeysInDestinationError(found.foreign);
  }
  return found.equal.keys;
}
