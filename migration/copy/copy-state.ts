import { checkSource, type LeasePolicy } from "./check-source.ts";
import { findForeignKeys } from "./compare-destination.ts";
import { copyPrefix } from "./copy-prefix.ts";
import { ForeignKeysInDestinationError, SameStoreError } from "./errors.ts";
import type { KeyRange, KeyValueStore } from "./key-value-store.ts";
import { pinRevision } from "./pin-revision.ts";
import { withRetries, type RetryOptions } from "./retry.ts";
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

/**
 * The whole job: checks both sides, pins the source's revision, copies, verifies. Answering is success; nothing else is.
 *
 * @throws SameStoreError, ForeignKeysInDestinationError, EmptySourceError, LeasedKeysError before anything is written;
 *   what copyPrefix and verifyCopy throw after that.
 */
export async function copyState(options: CopyStateOptions): Promise<CopiedState> {
  const { source, destination, range, leases, signal, retryForMilliseconds } = options;
  const retry: RetryOptions = { signal, retryForMilliseconds };
  await refuseSameStore(source, destination, retry);
  const revision = await pinRevision(source, range, retry);
  const keysTotal = await checkSource({
    source,
    range,
    revision,
    ...retry,
    allowEmpty: options.allowEmptySource,
    leases,
  });
  options.onProgress?.({ phase: "checking", keysDone: 0, keysTotal, bytesDone: 0 });
  await refuseForeignKeys({ source, destination, range, sourceRevision: revision, ...retry });

  const shared = {
    source,
    destination,
    range,
    ...(signal === undefined ? {} : { signal }),
    ...(retryForMilliseconds === undefined ? {} : { retryForMilliseconds }),
  };
  const copied = await copyPrefix({
    ...shared,
    revision,
    ...(leases === undefined ? {} : { leases }),
    allowEmptySource: options.allowEmptySource === true,
    onProgress: ({ keysCopied, keysTotal, bytesCopied }) =>
      options.onProgress?.({ phase: "copying", keysDone: keysCopied, keysTotal, bytesDone: bytesCopied }),
  });
  const verified = await verifyCopy({
    ...shared,
    sourceRevision: revision,
    ...(leases === undefined ? {} : { leases }),
    onProgress: ({ keysCompared, keysTotal }) =>
      options.onProgress?.({ phase: "verifying", keysDone: keysCompared, keysTotal, bytesDone: copied.bytes }),
  });
  return { ...verified, keysAlreadyThere: copied.keysAlreadyThere };
}

/** Within one cluster the copy would find its own output among its input, or everything already there. */
async function refuseSameStore(source: KeyValueStore, destination: KeyValueStore, retry: RetryOptions): Promise<void> {
  const [from, to] = await Promise.all([
    withRetries(() => source.status(), retry),
    withRetries(() => destination.status(), retry),
  ]);
  if (from.clusterId === to.clusterId) {
    throw new SameStoreError(from.clusterId);
  }
}

async function refuseForeignKeys(options: Parameters<typeof findForeignKeys>[0]): Promise<void> {
  const { foreign, foreignCount } = await findForeignKeys(options);
  if (foreignCount > 0) {
    throw new ForeignKeysInDestinationError(foreign, foreignCount);
  }
}
