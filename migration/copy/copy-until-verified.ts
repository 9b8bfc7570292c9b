import type { LeasePolicy } from "./check-source.ts";
import { copyChanges } from "./changes/copy-changes.ts";
import { copyPrefix } from "./copy-prefix.ts";
import { CopyInterruptedError } from "./errors.ts";
import type { KeyRange, KeyValueStore, StoredKeyValue } from "./store/key-value-store.ts";
import { pinRevision } from "./read/pin-revision.ts";
import { isCompacted } from "./store/store-error.ts";
import { verifyCopy, type VerifiedCopy } from "./compare/verify-copy.ts";
import { WrittenKeys, type UnansweredTransaction, type Written } from "./write/write-journal.ts";

export interface StateProgress {
  readonly phase: "checking" | "copying" | "verifying";
  readonly keysDone: number;
  readonly keysTotal: number;
  /** What was copied, keys and values together; stays as it is while it is verified. */
  readonly bytesDone: number;
}

export interface CopyUntilVerifiedOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  /** The source is read as of this revision, unless it is compacted away before the copy is verified. */
  readonly revision: bigint;
  /** Default false. */
  readonly allowEmptySource?: boolean;
  /** Default `refuse`. */
  readonly leases?: LeasePolicy;
  readonly onProgress?: (progress: StateProgress) => void;
  /** Called with all that this run has written each time there is more, before it ends in whatever way. */
  readonly onWritten?: (written: Written) => void;
  /** Called when the revision was compacted away, with the one that is copied instead. */
  readonly onNewRevision?: (revision: bigint) => void;
  readonly signal?: AbortSignal;
  /** How long a failing call is repeated. Default 30,000. */
  readonly retryForMilliseconds?: number;
}

/** How many revisions are tried when compactions take them away one after the other. */
const MOST_REVISIONS = 4;

/**
 * Copies and verifies. When the pinned revision is compacted away meanwhile, it goes on from a new one and carries over
 * what changed, deletions included: `sourceRevision` of the answer tells which revision the destination equals.
 *
 * @throws what copyPrefix, copyChanges and verifyCopy throw.
 */
export async function copyUntilVerified(options: CopyUntilVerifiedOptions): Promise<VerifiedCopy> {
  const { source, range } = options;
  const written = new WrittenKeys();
  const add = (revisions: ReadonlySet<bigint>, unanswered: readonly UnansweredTransaction[] = []) => {
    written.add({ revisions, unanswered });
    options.onWritten?.({ revisions: new Set(written.revisions), unanswered: written.unanswered });
  };
  let { revision } = options;
  for (let tried = 1; ; tried += 1) {
    try {
      if (tried > 1) {
        await deleteOutdated(options, revision, written.revisions);
      }
      return await copyAndVerify(options, revision, add);
    } catch (error) {
      if (error instanceof CopyInterruptedError) {
        add(error.writtenRevisions, error.unanswered);
      }
      // With a transaction unanswered it is not known which keys are this run's to delete.
      if (tried === MOST_REVISIONS || !isCompacted(causeOf(error)) || written.unanswered.length > 0) {
        throw error;
      }
    }
    revision = await pinRevision(source, range, options);
    options.onNewRevision?.(revision);
  }
}

async function copyAndVerify(
  options: CopyUntilVerifiedOptions,
  revision: bigint,
  onCopied: (revisions: ReadonlySet<bigint>) => void,
): Promise<VerifiedCopy> {
  const { onProgress } = options;
  const copied = await copyPrefix({
    ...sharedOptions(options),
    revision,
    allowEmptySource: options.allowEmptySource === true,
    onProgress: ({ keysCopied, keysTotal, bytesCopied }) => {
      onProgress?.({ phase: "copying", keysDone: keysCopied, keysTotal, bytesDone: bytesCopied });
    },
  });
  onCopied(copied.writtenRevisions);
  const showVerified = (keysDone: number, keysTotal: number) =>
    onProgress?.({ phase: "verifying", keysDone, keysTotal, bytesDone: copied.bytes });
  showVerified(0, copied.keys);
  return verifyCopy({
    ...sharedOptions(options),
    sourceRevision: revision,
    onProgress: ({ keysCompared, keysTotal }) => showVerified(keysCompared, keysTotal),
  });
}

/** Of what this run created, all that the source changed or deleted since the first revision, for a copy to create anew. */
async function deleteOutdated(
  options: CopyUntilVerifiedOptions,
  revision: bigint,
  writtenRevisions: ReadonlySet<bigint>,
): Promise<void> {
  // A key that was there before this run is not its to replace.
  const isAsLeft = ({ createRevision, modRevision }: StoredKeyValue) =>
    createRevision === modRevision && writtenRevisions.has(modRevision);
  const earlier = { since: options.revision, isAsLeft };
  await copyChanges({ ...sharedOptions(options), earlier, revision, create: false });
}

function causeOf(error: unknown): unknown {
  return error instanceof CopyInterruptedError ? error.cause : error;
}

function sharedOptions({ source, destination, range, leases, signal, retryForMilliseconds }: CopyUntilVerifiedOptions) {
  return {
    ...{ source, destination, range },
    ...(leases === undefined ? {} : { leases }),
    ...(signal === undefined ? {} : { signal }),
    ...(retryForMilliseconds === undefined ? {} : { retryForMilliseconds }),
  };
}
