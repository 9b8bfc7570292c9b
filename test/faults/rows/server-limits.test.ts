import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { copyState } from "../../../migration/copy/copy-state.ts";
import { prefixRange } from "../../../migration/copy/key-range.ts";
import type { KeyValueStore } from "../../../migration/copy/key-value-store.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { EtcdAnswerTooLargeError, EtcdBusyError } from "../../../migration/etcd/errors.ts";
import { altered } from "../../migration/copy/etcd-pair.ts";
import type { ClusterOptions } from "../../etcd-cluster.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

suite("what a server does not take or give", () => {
  test("row 11: a destination at its quota is a clear error, and what stands there is right", async () => {
    await withDestination(["--quota-backend-bytes=2097152"], async (pair) => {
      const state = await KnownState.begin(pair, numbered(600, 16_384));
      const error = await failureOf(state.copy());
      assert.match(error.story, /quota/);
      await state.expectHarmless();
    });
  });

  test("row 12: a destination that has too many requests is given time, and the copy completes", async () => {
    await withDestination([], async (pair) => {
      const state = await KnownState.begin(pair, numbered(3_000));
      let refused = 0;
      // A real etcd says so when its applied index lags 5,000 behind: not to be had on demand.
      const claim = await withAlteredStores(pair, state, {
        destination: (store) => ({
          createAll: (entries) => {
            refused += 1;
            return refused % 3 === 0
              ? Promise.reject(new EtcdBusyError("https://a.test:2379"))
              : store.createAll(entries);
          },
        }),
      });
      assert(refused > 3);
      await state.expectTrue(claim);
    });
  });

  test("row 13: pages above the receive limit are halved until they fit", async () => {
    await withDestination([], async (pair) => {
      const state = await KnownState.begin(pair, numbered(36, 1_000_000));
      await state.expectTrue(await state.copy());
    });
  });

  test("row 13: a single key above the receive limit is named", async () => {
    await withDestination([], async (pair) => {
      const state = await KnownState.begin(pair, numbered(300));
      const tooLarge = keyOf("volume-000123");
      const copying = withAlteredStores(pair, state, {
        source: (store) => ({
          range: async (request) => {
            const page = await store.range(request);
            if (page.entries.some(({ key, value }) => key.equals(tooLarge) && value.length > 0)) {
              throw new EtcdAnswerTooLargeError("https://a.test:2379");
            }
            return page;
          },
        }),
      });
      assert.match((await failureOf(copying)).story, /volume-000123/);
      await state.expectHarmless();
    });
  });

  test("row 14: a value above the destination's request limit is named", async () => {
    await withDestination(["--max-request-bytes=65536"], async (pair) => {
      const large = { key: keyOf("volume-large"), value: Buffer.alloc(200_000, "x") };
      const state = await KnownState.begin(pair, [...numbered(100), large]);
      assert.match((await failureOf(state.copy())).story, /volume-large/);
      await state.expectHarmless();
    });
  });

  test("row 15: an entry that fits a put and not a guarded transaction is copied or named", async () => {
    await withDestination([], async (pair) => {
      const key = keyOf(`long-${"k".repeat(400_000)}`);
      const state = await KnownState.begin(pair, [...numbered(50), { key, value: Buffer.alloc(600_000, "v") }]);
      const ended = await state.copy().catch((error: unknown) => error);
      if (ended instanceof Error) {
        assert.match((await failureOf(Promise.reject(ended))).story, /long-kkk/);
        await state.expectHarmless();
      } else {
        await state.expectTrue(ended as Awaited<ReturnType<KnownState["copy"]>>);
      }
    });
  });

  test("row 16: a destination that takes fewer operations in a transaction gets smaller ones", async () => {
    await withDestination(["--max-txn-ops=10"], async (pair) => {
      const state = await KnownState.begin(pair, numbered(1_500));
      await state.expectTrue(await state.copy());
    });
  });
});

async function withDestination(
  extraArguments: NonNullable<ClusterOptions["extraArguments"]>,
  act: (pair: SidePair) => Promise<void>,
): Promise<void> {
  const pair = await startPair({ destination: { extraArguments } });
  try {
    await act(pair);
  } finally {
    await pair.stop();
  }
}

type Alteration = (store: KeyValueStore) => Partial<KeyValueStore>;

async function withAlteredStores(
  pair: SidePair,
  state: KnownState,
  changes: { readonly source?: Alteration; readonly destination?: Alteration },
) {
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];
  await state.markStart();
  try {
    return await copyState({
      source: altered(source, changes.source?.(source) ?? {}),
      destination: altered(destination, changes.destination?.(destination) ?? {}),
      range: prefixRange(state.prefix),
    });
  } finally {
    source.close();
    destination.close();
  }
}
