import assert from "node:assert/strict";
import { after, before } from "node:test";
import { copyPrefix, type CopyOptions, type CopyOutcome } from "../../../migration/copy/copy-prefix.ts";
import { copyState, type CopiedState } from "../../../migration/copy/copy-state.ts";
import { CopyInterruptedError } from "../../../migration/copy/errors.ts";
import type {
  KeyRange,
  KeyValue,
  KeyValueStore,
  StoredKeyValue,
} from "../../../migration/copy/store/key-value-store.ts";
import { batchesOf } from "../../../migration/copy/write/batches.ts";
import type { EtcdStore } from "../../../migration/etcd/etcd-store.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { startEtcd, type EtcdProcess } from "../../etcd-process.ts";

/** Two real etcds; each test takes a prefix of its own, so that one pair serves a whole file. */
export interface EtcdPair {
  readonly source: EtcdProcess;
  readonly destination: EtcdProcess;
  stop(): Promise<void>;
}

export async function startEtcdPair(): Promise<EtcdPair> {
  const [source, destination] = await Promise.all([startEtcd(), startEtcd()]);
  return {
    source,
    destination,
    async stop() {
      await Promise.all([source.stop(), destination.stop()]);
    },
  };
}

/** A pair for all tests of a file, with what they do before they come to their point. */
export interface CopyScene extends Omit<EtcdPair, "stop"> {
  /** As most calls of the engine take them. */
  readonly stores: { readonly source: EtcdStore; readonly destination: EtcdStore };
  /** So many keys in the source, in a range of their own. */
  filled(count: number, valueBytes?: number): Promise<FilledRange>;
  /** Copies the source as it is now. */
  copy(range: KeyRange, changes?: Partial<CopyOptions>): Promise<CopyOutcome>;
  /** So many keys, copied and verified. */
  firstPass(count: number): Promise<FilledRange & { readonly first: CopiedState }>;
}

export interface FilledRange {
  readonly range: FreshRange;
  readonly entries: readonly KeyValue[];
}

/** The pair is started before a file's first test, and stopped after its last. */
export function copyScene(): CopyScene {
  let pair: EtcdPair | undefined;
  before(async () => {
    pair = await startEtcdPair();
  });
  after(() => pair?.stop());
  function started(): EtcdPair {
    if (pair === undefined) {
      throw new Error("the pair of etcds is there within tests only");
    }
    return pair;
  }
  return {
    get source() {
      return started().source;
    },
    get destination() {
      return started().destination;
    },
    get stores() {
      return { source: this.source.store, destination: this.destination.store };
    },
    async filled(count, valueBytes) {
      const range = freshRange();
      const entries = numbered(range, count, valueBytes);
      await seed(this.source.store, entries);
      return { range, entries };
    },
    async copy(range, changes = {}) {
      return copyPrefix({ ...this.stores, range, revision: await latestRevision(this.source.store), ...changes });
    },
    async firstPass(count) {
      const filled = await this.filled(count);
      return { ...filled, first: await copyState({ ...this.stores, range: filled.range }) };
    },
  };
}

/** What a copy that stopped in its midst failed with. */
export async function interruptionOf(copying: Promise<unknown>): Promise<CopyInterruptedError> {
  const failure: unknown = await copying.catch((error: unknown) => error);
  assert(failure instanceof CopyInterruptedError, String(failure));
  return failure;
}

export type FreshRange = KeyRange & { key(name: string): Buffer };

let prefixes = 0;

/** A range that no other test of this file uses. */
export function freshRange(): FreshRange {
  prefixes += 1;
  const prefix = `/test-${prefixes}/`;
  return { ...prefixRange(prefix), key: (name) => Buffer.from(prefix + name) };
}

export function numbered(range: { key(name: string): Buffer }, count: number, valueBytes = 256): KeyValue[] {
  return Array.from({ length: count }, (_, index) => ({
    key: range.key(`volume-${String(index).padStart(7, "0")}`),
    value: Buffer.alloc(valueBytes, `value of ${index} `),
  }));
}

/** Writes new keys, in the batches of the engine. */
export async function seed(store: KeyValueStore, entries: readonly KeyValue[]): Promise<void> {
  for (const batch of batchesOf(entries)) {
    const outcome = await store.createAll(batch);
    if (!outcome.created) {
      throw new Error("the keys to seed exist already");
    }
  }
}

/** Writes a key with a lease that nothing keeps alive: one that etcd3 renews would keep a failed test's process alive. */
export async function putLeased({ client }: EtcdProcess, { key, value }: KeyValue): Promise<void> {
  const { ID } = await client.leaseClient.leaseGrant({ TTL: 600 });
  await client.kv.put({ key, value, lease: ID });
}

/** What a store holds now, read past the engine's own paging. */
export async function contents(store: KeyValueStore, range: KeyRange): Promise<readonly StoredKeyValue[]> {
  return (await store.range(range)).entries;
}

/** Key and value of each entry in hexadecimal: comparable with deepEqual, and readable when it fails. */
export function bytesOf(entries: readonly KeyValue[]): string[] {
  return entries.map(({ key, value }) => `${key.toString("hex")}=${value.toString("hex")}`);
}

/** Everything about an entry: a key that was deleted and written again does not pass for the same. */
export function identityOf(entries: readonly StoredKeyValue[]): string[] {
  return entries.map(
    (entry) => `${bytesOf([entry]).join("")} ${entry.createRevision.toString()} ${entry.modRevision.toString()}`,
  );
}

export async function latestRevision(store: KeyValueStore): Promise<bigint> {
  return (await store.status()).revision;
}

/** A store that behaves otherwise in the methods given. */
export function altered(store: KeyValueStore, changes: Partial<KeyValueStore>): KeyValueStore {
  return {
    status: () => store.status(),
    range: (request) => store.range(request),
    createAll: (entries) => store.createAll(entries),
    deleteUnchanged: (keys) => store.deleteUnchanged(keys),
    ...changes,
  };
}
