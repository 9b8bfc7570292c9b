import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyPrefix } from "../../../migration/copy/copy-prefix.ts";
import { prefixRange } from "../../../migration/copy/key-range.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { failureOf, keyOf, KnownState, numbered, startPair, type SidePair } from "../known-state.ts";

let pair: SidePair;
before(async () => {
  pair = await startPair({ source: { size: 3 } });
});
after(() => pair.stop());

test("row 1: the destination equals the source's state at R, whatever the source writes or deletes meanwhile", async () => {
  const entries = numbered(6_000);
  const state = await KnownState.begin(pair, entries);
  let changes = 0;
  const changing: Promise<void>[] = [];
  const change = async (round: number): Promise<void> => {
    await state.putInSource(keyOf(`volume-00500${round}`), Buffer.from("changed"));
    await state.deleteFromSource(keyOf(`volume-00590${round}`));
    await state.deleteFromSource(keyOf(`volume-00000${round}`));
    await state.putInSource(keyOf(`zz-new-${round}`), Buffer.from("new"));
    changes += 4;
  };
  // Between the pages of the copy; each stall gives the changes time to happen before the next page is read.
  for (const [round, bytesToClient] of [300_000, 700_000, 1_200_000].entries()) {
    for (const proxy of pair.source.proxies) {
      proxy.when({ bytesToClient }, () => {
        changing.push(change(round));
      });
      proxy.arm({ kind: "stall", after: { bytesToClient }, milliseconds: 150 });
    }
  }

  const copied = await state.copy();
  await Promise.all(changing);

  assert(changes > 0, "the source did not change during the copy");
  await state.expectTrue(copied);
});

test("row 2: a revision that is compacted away in the midst of a copy ends in a clear error or a right copy", async () => {
  const state = await KnownState.begin(pair, numbered(6_000));
  let compacting: Promise<void> | undefined;
  const compact = async (): Promise<void> => {
    await state.deleteFromSource(keyOf("volume-000001"));
    await state.deleteFromSource(keyOf("volume-005999"));
    await state.putInSource(keyOf("volume-005998"), Buffer.from("changed"));
    await pair.source.gateway.compact(await pair.source.gateway.revision());
  };
  for (const proxy of pair.source.proxies) {
    proxy.when({ bytesToClient: 500_000 }, () => {
      compacting ??= compact();
    });
    proxy.arm({ kind: "stall", after: { bytesToClient: 500_000 }, milliseconds: 300 });
  }

  const ended = await state.copy().catch((error: unknown) => error);
  await compacting;

  assert(compacting !== undefined, "nothing was compacted");
  if (ended instanceof Error) {
    assert.match((await failureOf(Promise.reject(ended))).story, /compacted|not equal|already has/);
    await state.expectHarmless();
  } else {
    await state.expectTrue(ended as Awaited<ReturnType<KnownState["copy"]>>);
  }
});

test("row 3: a revision that the source has not reached is a clear error, and nothing is written", async () => {
  const state = await KnownState.begin(pair, numbered(100));
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];
  const before = await pair.destination.gateway.revision();
  const revision = (await pair.source.gateway.revision()) + 1_000n;

  const error = await failureOf(copyPrefix({ source, destination, range: prefixRange(state.prefix), revision }));
  source.close();
  destination.close();

  assert.match(error.story, /future revision/);
  assert.equal(await pair.destination.gateway.revision(), before);
});

test("row 3: a member of the source that falls silent is left for another one", async () => {
  const state = await KnownState.begin(pair, numbered(3_000));
  const paused: number[] = [];
  for (const [index, proxy] of pair.source.proxies.entries()) {
    proxy.when({ bytesToClient: 200_000 }, () => {
      if (paused.length === 0) {
        paused.push(index);
        pair.source.cluster.members[index]?.pause();
      }
    });
  }
  try {
    const copied = await state.copy({ callDeadlineMilliseconds: 1_000 });
    assert.equal(paused.length, 1, "no member was paused");
    for (const index of paused) pair.source.cluster.members[index]?.resume();
    await state.expectTrue(copied);
  } finally {
    for (const index of paused) pair.source.cluster.members[index]?.resume();
  }
});
