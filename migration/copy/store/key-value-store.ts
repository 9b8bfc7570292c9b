/**
 * The narrow view of an etcd that the copy and its verification work on. Keys and values are bytes, revisions are
 * bigints: etcd counts them in 64 bits, beyond what a number holds exactly.
 */
export interface KeyValueStore {
  /** Where the store stands now: its identity and its latest revision. */
  status(): Promise<StoreStatus>;

  /** One page of a range, sorted by key in ascending byte order. */
  range(request: RangeRequest): Promise<RangePage>;

  /**
   * Creates all entries in one transaction, or none of them: the transaction's guard is that none of the keys exists.
   * When one does, the answer carries what is there, so that a resent transaction can see its own first success.
   */
  createAll(entries: readonly KeyValue[]): Promise<CreateOutcome>;

  /**
   * Whether createRun may be used for keys of the range: the server knows how, and lets this client write all of the range.
   * Absent where it never may.
   */
  allowsRuns?(range: KeyRange): Promise<boolean>;

  /**
   * Creates all entries, sorted, more of them than createAll takes, or none: the guard is that no key at all exists from
   * the first to the last of them. Answers the revision at which it created them; undefined when something is there.
   */
  createRun?(entries: readonly KeyValue[]): Promise<bigint | undefined>;

  /** Deletes each key that still has the given modification revision; answers how many were deleted. */
  deleteUnchanged(keys: readonly KeyAtRevision[]): Promise<number>;

  /** What each member that answers has at the revision; absent where there are no members to tell apart. */
  memberHashes?(revision: bigint): Promise<readonly MemberHash[]>;
}

export interface MemberHash {
  /** The member's URL. */
  readonly address: string;
  readonly clusterId: string;
  /** Over all keys and their history from the compaction on; not comparable between two clusters. */
  readonly hash: number;
  /** Only hashes from the same compaction on are comparable. */
  readonly compactRevision: bigint;
}

export interface StoreStatus {
  /** The etcd cluster's id, as an unsigned decimal. */
  readonly clusterId: string;
  readonly revision: bigint;
  /** The server's version, such as `3.4.23`. */
  readonly version: string;
  /**
   * What the member's database takes, in bytes: the history that is not compacted counts, pages that are free again do not
   * (before etcd 3.4, which does not tell them apart, they do).
   */
  readonly databaseBytes: number;
}

export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  /** Where both lie, when they are views of one larger buffer that are made each time they are asked for. */
  readonly place?: EntryPlace;
}

/** Where an entry's key and value lie in a larger buffer; the ends are exclusive. */
export interface EntryPlace {
  readonly buffer: Buffer;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface StoredKeyValue extends KeyValue {
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** The lease that will delete the key, `0` when it has none. */
  readonly lease: bigint;
}

export interface KeyAtRevision {
  readonly key: Buffer;
  readonly modRevision: bigint;
}

/** Half-open, as etcd's: `from` belongs to the range, `to` does not. */
export interface KeyRange {
  readonly from: Buffer;
  readonly to: Buffer;
}

export interface RangeRequest extends KeyRange {
  /** Read the state as of this revision; the latest when absent. */
  readonly revision?: bigint;
  /** The most keys to return; 0 or absent for no limit. */
  readonly limit?: number;
  /** Return values as empty buffers. */
  readonly keysOnly?: boolean;
  /** Return no keys, only the count. */
  readonly countOnly?: boolean;
  /**
   * Return only keys whose modification revision is at least that; the count stays that of the whole range. etcd reads the whole
   * range for it, whatever the limit, and one from before 3.1 returns the others, too.
   */
  readonly minModRevision?: bigint;
}

export interface RangePage {
  readonly entries: readonly StoredKeyValue[];
  /** Whether the range holds keys after the last entry. */
  readonly more: boolean;
  /** How many keys the whole range holds. */
  readonly count: number;
  /** The store's revision when it answered. */
  readonly revision: bigint;
}

export type CreateOutcome =
  | { readonly created: true; readonly revision: bigint }
  | { readonly created: false; readonly existing: readonly StoredKeyValue[] };
