import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { copyPrefix } from "../../../migration/copy/copy-prefix.ts";
import { CopyInterruptedError } from "../../../migration/copy/errors.ts";
import { prefixRange } from "../../../migration/copy/store/key-range.ts";
import { EtcdCompactedError } from "../../../migration/etcd/errors.ts";
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

for (const phase of ["copying", "verifying"] as const) {
  test(`row 2: a revision that is compacted away while ${phase} is left for a new one, deletions included`, async () => {
    const entries = numbered(6_000, 2_048);
    const state = await KnownState.begin(pair, entries);
    const compaction = compactionOf(state);

    const copied = await state.copy({
      onProgress: (progress) => {
        if (progress.phase === phase) compaction.arm();
      },
    });

    const compacted = await compaction.revision();
    assert(copied.sourceRevision >= compacted, "the copy had read its revision before that was compacted away");
    assert.equal(copied.keys, entries.length - 2 + 1);
    await state.expectTrue(copied);
  });
}

test("row 2: a single copy, which has one revision, ends in an error that names the cause; nothing wrong is left", async () => {
  const state = await KnownState.begin(pair, numbered(6_000, 2_048));
  const compaction = compactionOf(state);
  const revision = await pair.source.gateway.revision();
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];
  const range = prefixRange(state.prefix);
  const onProgress = () => {
    compaction.arm();
  };

  const error = await failureOf(copyPrefix({ source, destination, range, revision, onProgress }));
  source.close();
  destination.close();

  assert((await compaction.revision()) > revision);
  assert(error instanceof CopyInterruptedError && error.cause instanceof EtcdCompactedError, error.story);
  assert.match(error.story, /compacted away meanwhile/);
  await state.expectHarmless();
});

/**
 * Armed while pages are being read: some way into the next one the source stands still, changes, and forgets all revisions
 * before the changes.
 */
function compactionOf(state: KnownState): { arm: () => void; revision: () => Promise<bigint> } {
  const { source } = pair;
  let armed = false;
  let compacting: Promise<bigint> | undefined;
  const compact = async (): Promise<bigint> => {
    await state.deleteFromSource(keyOf("volume-000001"));
    await state.deleteFromSource(keyOf("volume-005999"));
    await state.putInSource(keyOf("volume-000002"), Buffer.from("changed"));
    await state.putInSource(keyOf("volume-005998"), Buffer.from("changed"));
    await state.putInSource(keyOf("volume-000001a"), Buffer.from("new"));
    const revision = await source.gateway.revision();
    await source.gateway.compact(revision);
    for (const proxy of source.proxies) proxy.heal();
    return revision;
  };
  const arm = (): void => {
    for (const proxy of armed ? [] : source.proxies) {
      proxy.when({ bytesToClient: 1_000_000 }, () => {
        compacting ??= compact();
      });
      proxy.arm({ kind: "stall", after: { bytesToClient: 1_000_000 } });
    }
    armed = true;
  };
  const revision = async (): Promise<bigint> => {
    assert(compacting !== undefined, "nothing was compacted");
    return compacting;
  };
  return { arm, revision };
}

test("row 3: a revision that the source has not reached is a clear error, and nothing is written", async () => {
  const state = await KnownState.begin(pair, numbered(100));
  const [source, destination] = [connectEtcd(pair.source.target), connectEtcd(pair.destination.target)];
  const before = await pair.destination.gateway.revision();
  const revision = (await pair.source.gateway.revision()) + 1_000n;

  const error = await failureOf(
    copyPrefix({ source, destination, range: prefixRange(state.prefix), revision, retryForMilliseconds: 2_000 }),
  );
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
