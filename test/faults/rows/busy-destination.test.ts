import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { KeyValue } from "../../../migration/copy/store/key-value-store.ts";
import { EtcdBusyError } from "../../../migration/etcd/errors.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { copyThrough } from "../copy-through.ts";
import { KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

suite("a destination that has too much to do", () => {
  test("row 12: one that takes two transactions at a time gets about as many, and the copy completes", async () => {
    await withPair([], async (pair) => {
      const state = await KnownState.begin(pair, numbered(12_000));
      const underWay: number[] = [];
      let [running, refused] = [0, 0];
      const claim = await copyThrough(state, {
        destination: (store) => ({
          createAll: async (entries) => {
            running += 1;
            underWay.push(running);
            try {
              if (running > 2) {
                refused += 1;
                throw new EtcdBusyError("https://a.test:2379");
              }
              return await store.createAll(entries);
            } finally {
              running -= 1;
            }
          },
        }),
      });
      await state.expectTrue(claim);
      assert(refused > 0);
      // Eight at first; after that no more than the one above two that is tried now and then.
      assert(Math.max(...underWay) > 2 && Math.max(...underWay.slice(20)) <= 3, underWay.join(" "));
    });
  });

  test("row 12: a real etcd that refuses because it is 5,000 writes behind is given time, and the copy completes", async () => {
    let refused = 0;
    // On a machine that is busy itself the copy may be too slow to be refused: then nothing was tried.
    for (let attempt = 0; attempt < 5 && refused === 0; attempt += 1) refused = await copyToOverloaded();
    assert(refused > 0, "etcd was to refuse transactions of the copy");
  });
});

/** Answers how many of the copy's transactions the etcd has refused. */
async function copyToOverloaded(): Promise<number> {
  let refused = 0;
  await withPair([`--max-txn-ops=${COUNTS + 1}`], async (pair) => {
    const state = await KnownState.begin(pair, numbered(3_000));
    let sent = 0;
    let overload: Overload | undefined;
    const claim = await copyThrough(state, {
      destination: (store) => ({
        createAll: async (entries) => {
          sent += 1;
          if (sent === 4) {
            overload = await Overload.begin(state);
          }
          try {
            return await store.createAll(entries);
          } catch (error) {
            refused += error instanceof EtcdBusyError ? 1 : 0;
            throw error;
          }
        },
      }),
    });
    await overload?.end();
    await state.expectTrue(claim);
  });
  return refused;
}

async function withPair(extraArguments: readonly string[], act: (pair: SidePair) => Promise<void>): Promise<void> {
  const pair = await startPair({ destination: { extraArguments } });
  try {
    await act(pair);
  } finally {
    await pair.stop();
  }
}

/** Counts of all keys in a transaction that keeps etcd from applying others: above half a millisecond each. */
const COUNTS = 3_500;
const SLOW_WRITES = 4;
const COUNTED_KEYS = 12_800;
/** etcd refuses from 5,000 committed and not applied on. */
const WRITES = 6_500;

/**
 * Writes beside the copy that are more than etcd can keep up with: a few that take it seconds to apply and, behind them,
 * thousands of small ones. All that were taken are on record as another program's.
 */
class Overload {
  readonly #state: KnownState;
  readonly #writes: Promise<unknown>[] = [];
  readonly #client;

  private constructor(state: KnownState) {
    this.#state = state;
    this.#client = connectEtcd(state.pair.destination.cluster.target(), { callDeadlineMilliseconds: 60_000 });
  }

  /** Done when etcd has refused a write. */
  static async begin(state: KnownState): Promise<Overload> {
    const overload = new Overload(state);
    await overload.#writeCountedKeys();
    const slow = { key: Buffer.from("/beside/slow"), value: Buffer.from("slow") };
    for (let count = 0; count < SLOW_WRITES; count += 1) {
      overload.#write([slow], () => state.pair.destination.gateway.putAndCount(slow.key, slow.value, COUNTS));
    }
    const refused = Promise.withResolvers<undefined>();
    for (let index = 0; index < WRITES; index += 1) {
      const entry = { key: Buffer.from(`/beside/small-${index}`), value: Buffer.from("small") };
      overload.#write(
        [entry],
        () => overload.#create([entry]),
        () => {
          refused.resolve(undefined);
        },
      );
    }
    await Promise.race([refused.promise, Promise.all(overload.#writes)]);
    return overload;
  }

  async end(): Promise<void> {
    await Promise.all(this.#writes);
    this.#client.close();
  }

  async #writeCountedKeys(): Promise<void> {
    for (let start = 0; start < COUNTED_KEYS; start += 128) {
      const names = Array.from({ length: 128 }, (_, index) => `/beside/counted-${start + index}`);
      const entries = names.map((name) => ({ key: Buffer.from(name), value: Buffer.from("counted") }));
      this.#write(entries, () => this.#create(entries));
    }
    await Promise.all(this.#writes);
  }

  #write(entries: readonly KeyValue[], write: () => Promise<bigint>, onRefused?: () => void): void {
    const { foreignRecord } = this.#state;
    const recorded = write().then(
      (revision) => {
        for (const { key, value } of entries) foreignRecord.add(revision, key, value);
      },
      (error: unknown) => {
        if (error instanceof EtcdBusyError) {
          onRefused?.();
        } else {
          // etcd gives up after five seconds what it may do yet.
          for (const { key, value } of entries) foreignRecord.addUncertain(key, value);
        }
      },
    );
    this.#writes.push(recorded);
  }

  async #create(entries: readonly KeyValue[]): Promise<bigint> {
    const outcome = await this.#client.createAll(entries);
    assert(outcome.created);
    return outcome.revision;
  }
}
