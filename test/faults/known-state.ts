import assert from "node:assert/strict";
import { batchesOf } from "../../migration/copy/write/batches.ts";
import type { CopiedChanges } from "../../migration/copy/changes/copy-changes.ts";
import { prefixRange } from "../../migration/copy/store/key-range.ts";
import type { KeyValue } from "../../migration/copy/store/key-value-store.ts";
import type { VerifiedCopy } from "../../migration/copy/compare/verify-copy.ts";
import { connectEtcd } from "../../migration/etcd/etcd-store.ts";
import type { ClusterOptions } from "../etcd-cluster.ts";
import { copyNow, type CopyNow } from "./copy-now.ts";
import { checkClaim, checkHarmless, type KnownStores, type RunBounds } from "./independent-checker.ts";
import { readWithEtcdctl, type WholeStore } from "./read-with-etcdctl.ts";
import { runSecondPass, type FirstPass } from "./second-pass.ts";
import { startSide, type Side } from "./testbed.ts";
import { WriteRecord } from "./write-record.ts";

/** A source and a destination, each behind proxies; a test file's tests share them one after the other. */
export interface SidePair {
  readonly source: Side;
  readonly destination: Side;
  stop(): Promise<void>;
}

export async function startPair(
  options: { readonly source?: ClusterOptions; readonly destination?: ClusterOptions } = {},
): Promise<SidePair> {
  const source = await startSide({ size: 1, ...options.source });
  try {
    const destination = await startSide({ size: 1, ...options.destination });
    return {
      source,
      destination,
      async stop() {
        await Promise.all([source.stop(), destination.stop()]);
      },
    };
  } catch (error) {
    await source.stop();
    throw error;
  }
}

/** A state whose every write is on record, and the checks that hold a copy against that record. */
export class KnownState {
  readonly prefix: Buffer;
  readonly pair: SidePair;
  readonly sourceRecord = new WriteRecord();
  readonly foreignRecord = new WriteRecord();
  #sourceStart = 0n;
  #bounds: RunBounds = { source: 0n, destination: 0n };

  private constructor(pair: SidePair, prefix: Buffer) {
    this.pair = pair;
    this.prefix = prefix;
  }

  /** Empties both stores, then writes the entries to the source. */
  static async begin(pair: SidePair, entries: readonly KeyValue[], prefix = PREFIX): Promise<KnownState> {
    const state = new KnownState(pair, prefix);
    for (const { gateway, proxies } of [pair.source, pair.destination]) {
      for (const proxy of proxies) proxy.heal();
      await gateway.deleteEverything();
    }
    state.#sourceStart = await pair.source.gateway.revision();
    await state.putAllInSource(entries);
    return state;
  }

  async putAllInSource(entries: readonly KeyValue[]): Promise<void> {
    for (const batch of batchesOf(entries)) {
      const revision = await this.pair.source.gateway.putAll(batch);
      for (const { key, value } of batch) this.sourceRecord.add(revision, key, value);
    }
  }

  /** Keys that are there. */
  async deleteAllFromSource(entries: readonly KeyValue[]): Promise<void> {
    for (const batch of batchesOf(entries)) {
      const revision = await this.pair.source.gateway.deleteAll(batch.map(({ key }) => key));
      for (const { key } of batch) this.sourceRecord.add(revision, key, undefined);
    }
  }

  async putInSource(key: Buffer, value: Buffer): Promise<void> {
    this.sourceRecord.add(await this.pair.source.gateway.put(key, value), key, value);
  }

  async deleteFromSource(key: Buffer): Promise<void> {
    this.sourceRecord.add(await this.pair.source.gateway.delete(key), key, undefined);
  }

  async putForeign(key: Buffer, value: Buffer): Promise<void> {
    this.foreignRecord.add(await this.pair.destination.gateway.put(key, value), key, value);
  }

  async copy(options: Omit<CopyNow, "range"> = {}) {
    await this.markStart();
    const { source, destination } = this.pair;
    return copyNow(source.target, destination.target, { range: prefixRange(this.prefix), ...options });
  }

  /** The changes since a verified first pass, then a verification, as a user would have them. */
  async copyChanges(
    first: FirstPass,
    { callDeadlineMilliseconds }: Pick<CopyNow, "callDeadlineMilliseconds"> = {},
  ): Promise<VerifiedCopy & CopiedChanges> {
    await this.markStart();
    const connection = callDeadlineMilliseconds === undefined ? {} : { callDeadlineMilliseconds };
    const source = connectEtcd(this.pair.source.target, connection);
    const destination = connectEtcd(this.pair.destination.target, connection);
    try {
      return await runSecondPass({ source, destination, range: prefixRange(this.prefix), first });
    } finally {
      source.close();
      destination.close();
    }
  }

  /** What a run claims is to be from after this. */
  async markStart(): Promise<void> {
    const { source, destination } = this.pair;
    this.#bounds = { source: await source.gateway.revision(), destination: await destination.gateway.revision() };
  }

  /** That the run that claims it copied the state at its revision, once, and did no harm. */
  async expectTrue(claim: { keys: number; bytes: number; sourceRevision: bigint; destinationRevision: bigint }) {
    await this.expectHarmless();
    assert.deepEqual(await checkClaim(this.#known(), { success: true, ...claim }, this.#bounds), []);
  }

  async expectHarmless(): Promise<void> {
    assert.deepEqual(await checkHarmless(this.#known()), []);
  }

  /** Everything in the destination, read by etcdctl. */
  async destinationNow(): Promise<WholeStore> {
    const now = await readWithEtcdctl(this.pair.destination.cluster);
    assert(now !== undefined);
    return now;
  }

  #known(): KnownStores {
    return {
      source: this.pair.source.cluster,
      destination: this.pair.destination.cluster,
      prefix: this.prefix,
      sourceRecord: this.sourceRecord,
      foreignRecord: this.foreignRecord,
      sourceStart: this.#sourceStart,
    };
  }
}

const PREFIX = Buffer.from("/state/");

export function keyOf(name: string | Buffer): Buffer {
  return Buffer.concat([PREFIX, typeof name === "string" ? Buffer.from(name) : name]);
}

export function numbered(count: number, valueBytes = 256): KeyValue[] {
  return Array.from({ length: count }, (_, index) => ({
    key: keyOf(`volume-${String(index).padStart(6, "0")}`),
    value: Buffer.alloc(valueBytes, `value of ${index} `),
  }));
}

/** The error a promise ends with, the messages of its causes after its own. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { readonly story: string }> {
  const error: unknown = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  assert(error instanceof Error, "it was to fail, and succeeded");
  return Object.assign(error, { story: storyOf(error) });
}

function storyOf(error: Error): string {
  const own = `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${own} < ${storyOf(error.cause)}` : own;
}
