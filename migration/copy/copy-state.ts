import { checkSource, type LeasePolicy } from "./check-source.ts";
import { refuseDisagreeingMembers, refuseSameStore } from "./check-stores.ts";
import { findForeignKeys } from "./compare-destination.ts";
import { copyChanges } from "./copy-changes.ts";
import { copyPrefix, type CopyOutcome } from "./copy-prefix.ts";
import { CopyInterruptedError, ForeignKeysInDestinationError } from "./errors.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "./key-value-store.ts";
import { pinRevision } from "./pin-revision.ts";
import { isCompacted } from "./store-error.ts";
import { verifyCopy, type VerifiedCopy } from "./verify-copy.ts";

export interface CopyStateOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** Whether to be content with a source that has no key in the range. Default false. */
  readonly allowEmptySource?: boolean;
  /** Default `refuse`. */
  readonly leases?: LeasePolicy;
  readonly onProgress?: (progress: StateProgress) => void;
  readonly signal?: AbortSignal;
  /** How long a failing call is repeated. Default 30,000. */
  readonly retryForMilliseconds?: number;
}

export interface StateProgress {
  readonly phase: "checking" | "copying" | "verifying";
  readonly keysDone: number;
  readonly keysTotal: number;
  /** What was copied, keys and values together; stays as it is while it is verified. */
  readonly bytesDone: number;
}

export interface CopiedState extends VerifiedCopy {
  /** Keys that stood in the destination, byte-equal, before this run. */
  readonly keysAlreadyThere: number;
}

/** How often a new revision is pinned after a compaction took the one being read. */
const MOST_REVISIONS = 4;

/**
 * The whole job: checks both sides, pins the source's revision, copies, verifies. Answering is success; nothing else is.
 * When the pinned revision is compacted away meanwhile, it goes on from a new one and carries over what changed, deletions
 * included.
 *
 * @throws SameStoreError, MembersDisagreeError, ForeignKeysInDestinationError, EmptySourceError, LeasedKeysError before
 *   anything is written; what copyPrefix, copyChanges and verifyCopy throw after that.
 */
export async function copyState(options: CopyStateOptions): Promise<CopiedState> {
  const { source, destination, range } = options;
  await refuseSameStore(source, destination, options);
  let begun: BegunCopy | undefined;
  for (let pinned = 1; ; pinned += 1) {
    const revision = await pinRevision(source, range, options);
    try {
      begun ??= await check(options, revision);
      const copied = await copyOrGoOn(options, begun, revision);
      const verified = await verifyCopy({
        ...sharedOptions(options),
        sourceRevision: revision,
        onProgress: ({ keysCompared, keysTotal }) =>
          options.onProgress?.({ phase: "verifying", keysDone: keysCompared, keysTotal, bytesDone: copied.bytes }),
      });
      return { ...verified, keysAlreadyThere: copied.keysAlreadyThere };
    } catch (error) {
      if (pinned === MOST_REVISIONS || !isCompacted(causeOf(error))) {
        throw error;
      }
      rememberWritten(error, begun);
    }
  }
}

/** What a copy that lost its revision has done so far. */
interface BegunCopy {
  /** The first revision that was copied: of what this run wrote, all that the source changed since is out of date. */
  readonly since: bigint;
  readonly writtenRevisions: Set<bigint>;
  readonly keysAlreadyThere: number;
  started: boolean;
}

async function check(options: CopyStateOptions, revision: bigint): Promise<BegunCopy> {
  const { range, leases, source } = options;
  await refuseDisagreeingMembers(source, revision);
  const allowEmpty = options.allowEmptySource;
  const keysTotal = await checkSource({ ...retryOf(options), source, range, revision, allowEmpty, leases });
  options.onProgress?.({ phase: "checking", keysDone: 0, keysTotal, bytesDone: 0 });
  const found = await findForeignKeys({ ...sharedOptions(options), sourceRevision: revision });
  if (found.foreignCount > 0) {
    throw new ForeignKeysInDestinationError(found.foreign, found.foreignCount);
  }
  return {
    since: revision,
    writtenRevisions: new Set(),
    keysAlreadyThere: found.equalCount,
    started: false,
  };
}

async function copyOrGoOn(
  options: CopyStateOptions,
  begun: BegunCopy,
  revision: bigint,
): Promise<Pick<CopyOutcome, "bytes" | "keysAlreadyThere">> {
  if (begun.started) {
    const { since, writtenRevisions } = begun;
    // Only what this run created: a key that was there before it is not its to replace.
    const isAsLeft = ({ createRevision, modRevision }: StoredKeyValue) =>
      createRevision === modRevision && writtenRevisions.has(modRevision);
    await copyChanges({ ...sharedOptions(options), earlier: { since, isAsLeft }, revision, create: false });
  }
  begun.started = true;
  const copied = await copyPrefix({
    ...sharedOptions(options),
    revision,
    allowEmptySource: options.allowEmptySource === true,
    onProgress: ({ keysCopied, keysTotal, bytesCopied }) => {
      options.onProgress?.({ phase: "copying", keysDone: keysCopied, keysTotal, bytesDone: bytesCopied });
    },
  });
  copied.writtenRevisions.forEach((written) => begun.writtenRevisions.add(written));
  return { ...copied, keysAlreadyThere: begun.keysAlreadyThere };
}

/** @throws the error itself when it is not known which keys are this run's. */
function rememberWritten(error: unknown, begun: BegunCopy | undefined): void {
  if (error instanceof CopyInterruptedError) {
    if (error.unanswered.length > 0) {
      throw error;
    }
    error.writtenRevisions.forEach((written) => begun?.writtenRevisions.add(written));
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof CopyInterruptedError ? error.cause : error;
}

function retryOf({ signal, retryForMilliseconds }: CopyStateOptions) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(retryForMilliseconds === undefined ? {} : { retryForMilliseconds }),
  };
}

function sharedOptions(options: CopyStateOptions) {
  const { source, destination, range, leases } = options;
  return { source, destination, range, ...(leases === undefined ? {} : { leases }), ...retryOf(options) };
}
