import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CopyInterruptedError, DestinationFullError, EntriesTooLargeError } from "../../../migration/copy/errors.ts";
import { EtcdAnswerTooLargeError } from "../../../migration/etcd/errors.ts";
import type { ClusterOptions } from "../../etcd-cluster.ts";
import { copyThrough } from "../copy-through.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";
import { nameOf } from "../write-record.ts";

suite("what a server does not take or give", () => {
  test("row 11: a destination at its quota is read back and told of; once there is space, the copy goes on", async () => {
    // etcd knows its size as of its last commit: with the usual ones, 0.1 s apart, far more than the quota may fit.
    await withDestination(["--quota-backend-bytes=40000000", "--backend-batch-limit=50"], async (pair) => {
      const state = await KnownState.begin(pair, numbered(1_000, 16_384));
      const fillers = await fill(pair, state, 28);
      const error = await failureOf(copyThrough(state, {}));
      assert(error instanceof CopyInterruptedError);
      assert(error.cause instanceof DestinationFullError);
      assert.match(
        error.message,
        /etcd at https:.* quota.*defragment.*--quota-backend-bytes.*alarm disarm.*same again/,
      );
      await state.expectHarmless();
      const first = await copiedKeys(state);
      assert(first.length > 0 && first.length < 1_000, `${first.length} keys`);
      // However often it was sent: on a slow machine an answer may come too late.
      assert(
        first.every(({ version }) => version === 1n),
        "nothing was written twice",
      );
      assert.deepEqual(
        new Set(error.writtenRevisions),
        new Set(first.map(({ modRevision }) => modRevision)),
        "every revision that wrote a key is known, those included that etcd answered with an error",
      );
      assert.equal(error.unanswered.length, 0, "no transaction is in doubt");

      await makeSpace(pair, state, fillers);
      await state.expectTrue(await state.copy());
      const kept = new Map((await copiedKeys(state)).map((key) => [key.name, key]));
      assert.equal(kept.size, 1_000);
      assert.deepEqual(
        first.map(({ name }) => kept.get(name)),
        first,
        "the second run wrote none of it again",
      );
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
      const copying = copyThrough(state, {
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

  test("row 14: every value above the destination's request limit is named before anything is written", async () => {
    await withDestination(["--max-request-bytes=65536"], async (pair) => {
      const large = [200_000, 70_000].map((bytes) => ({
        key: keyOf(`volume-of-${bytes}`),
        value: Buffer.alloc(bytes, "secret"),
      }));
      const fits = { key: keyOf("volume-of-60000"), value: Buffer.alloc(60_000, "fits") };
      const state = await KnownState.begin(pair, [...numbered(300), ...large, fits]);
      const error = await expectNothingWritten(state);
      assert.deepEqual(error.keys, ["/state/volume-of-200000", "/state/volume-of-70000"]);
      assert.match(error.message, /^2 of .*200000 \(a value of 200,000 bytes\), .*70000 \(a value of 70,000 bytes\)/);
      assert.match(error.message, /--max-request-bytes=20\d{4} or more/);
      assert.doesNotMatch(error.story, /secret/);
    });
  });

  test("row 14: values above etcd's default limit are copied to a destination whose limit is as the error asks", async () => {
    const source = { extraArguments: ["--max-request-bytes=8000000"] };
    const entries = [...numbered(50), { key: keyOf("volume-large"), value: Buffer.alloc(2_500_000, "x") }];
    let wanted = "";
    await withDestination([], source, async (pair) => {
      const error = await expectNothingWritten(await KnownState.begin(pair, entries));
      wanted = /--max-request-bytes=\d+/.exec(error.message)?.[0] ?? "";
    });
    await withDestination([wanted], source, async (pair) => {
      const state = await KnownState.begin(pair, entries);
      await state.expectTrue(await state.copy());
    });
  });

  test("row 15: an entry that fits a put and not a guarded transaction is named before anything is written", async () => {
    // However little a guard adds, there is such an entry; writing it without a guard might overwrite.
    for (const [name, valueBytes] of [
      ["fits-a-put", 1.5 * 1024 * 1024 - 80],
      [`long-${"k".repeat(400_000)}`, 600_000],
    ] as const) {
      await withDestination([], async (pair) => {
        const entry = { key: keyOf(name), value: Buffer.alloc(valueBytes, "v") };
        const state = await KnownState.begin(pair, [...numbered(50), entry]);
        await state.putForeign(Buffer.from(`/other/${name}`), entry.value);
        const error = await expectNothingWritten(state);
        assert.equal(error.keys.length, 1);
        assert(
          error.message.includes(name.slice(0, 200)) &&
            error.message.includes(`of ${valueBytes.toLocaleString("en-US")} bytes`),
        );
      });
    }
  });

  test("row 16: a destination that takes fewer operations in a transaction gets smaller ones", async () => {
    await withDestination(["--max-txn-ops=10"], async (pair) => {
      const state = await KnownState.begin(pair, numbered(1_500));
      await state.expectTrue(await state.copy());
    });
  });
});

type Arguments = NonNullable<ClusterOptions["extraArguments"]>;
type Act = (pair: SidePair) => Promise<void>;

async function withDestination(extraArguments: Arguments, act: Act): Promise<void>;
async function withDestination(extraArguments: Arguments, source: ClusterOptions, act: Act): Promise<void>;
async function withDestination(extraArguments: Arguments, ...rest: [Act] | [ClusterOptions, Act]): Promise<void> {
  const [source, act] = rest.length === 1 ? [{}, rest[0]] : rest;
  const pair = await startPair({ source, destination: { extraArguments } });
  try {
    await act(pair);
  } finally {
    await pair.stop();
  }
}

/** That the copy is refused for the size of entries, and the destination's revision is what it was. */
async function expectNothingWritten(state: KnownState): Promise<EntriesTooLargeError & { readonly story: string }> {
  const before = await state.destinationNow();
  const error = await failureOf(state.copy());
  assert(error instanceof EntriesTooLargeError, error.story);
  assert.equal((await state.destinationNow()).revision, before.revision);
  await state.expectHarmless();
  return error;
}

/** Without their values: an assertion that fails would print megabytes of them. */
async function copiedKeys(state: KnownState) {
  const { keys } = await state.destinationNow();
  return [...keys.values()]
    .filter(({ name }) => name.startsWith(nameOf(state.prefix)))
    .map(({ name, version, modRevision }) => ({ name, version, modRevision }));
}

/** Writes so many MiB beside what is copied, as another program. */
async function fill({ destination }: SidePair, { foreignRecord }: KnownState, mebibytes: number): Promise<Buffer[]> {
  const fillers: Buffer[] = [];
  for (let count = 0; count < mebibytes; count += 1) {
    const entries = Array.from({ length: 64 }, (_, index) => ({
      key: Buffer.from(`/filler/${count}-${index}`),
      value: Buffer.alloc(16_000, "f"),
    }));
    const revision = await destination.gateway.putAll(entries);
    for (const { key, value } of entries) foreignRecord.add(revision, key, value);
    fillers.push(...entries.map(({ key }) => key));
  }
  return fillers;
}

/** As the error says: what is not needed is deleted, its history compacted, the file shrunk, the alarm disarmed. */
async function makeSpace({ destination }: SidePair, state: KnownState, fillers: readonly Buffer[]): Promise<void> {
  const { cluster, gateway } = destination;
  await cluster.etcdctl("del", "--prefix", "/filler/");
  const revision = await gateway.revision();
  for (const filler of fillers) state.foreignRecord.add(revision, filler, undefined);
  await cluster.etcdctl("compact", "--physical", revision.toString());
  await cluster.etcdctl("defrag");
  await cluster.etcdctl("alarm", "disarm");
}
