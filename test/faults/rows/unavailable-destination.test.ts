import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { failureOf, KnownState, numbered, startPair } from "../known-state.ts";

// The waits for deadlines take no processor time: these run side by side, each with etcds of its own.
suite("a destination that does not answer", { concurrency: true }, () => {
  test("row 4: a leader killed in the midst of transactions: resolved by the guard, each key written once", async () => {
    const pair = await startPair({ destination: { size: 3 } });
    try {
      const state = await KnownState.begin(pair, numbered(5_000));
      const leader = await pair.destination.cluster.leader();
      let killing: Promise<void> | undefined;
      for (const proxy of pair.destination.proxies) {
        proxy.when({ bytesToServer: 400_000 }, () => {
          killing ??= leader.kill();
        });
      }

      const copied = await state.copy({ callDeadlineMilliseconds: 2_000 });

      assert(killing !== undefined, "the leader was not killed");
      await killing;
      await state.expectTrue(copied);
      await leader.restart();
    } finally {
      await pair.stop();
    }
  });

  test("row 8: a destination without quorum is an error, and the rerun completes", { timeout: 90_000 }, async () => {
    const pair = await startPair({ destination: { size: 3 } });
    try {
      const state = await KnownState.begin(pair, numbered(5_000));
      const [first, second] = pair.destination.cluster.members;
      assert(first && second);
      let killing: Promise<unknown> | undefined;
      for (const proxy of pair.destination.proxies) {
        proxy.when({ bytesToServer: 400_000 }, () => {
          killing ??= Promise.all([first.kill(), second.kill()]);
        });
      }

      const error = await failureOf(state.copy({ callDeadlineMilliseconds: 2_000 }));

      assert(killing !== undefined, "the quorum was not lost");
      await killing;
      assert.match(error.story, /no answer within|cannot be reached|not serving/);
      await Promise.all([first.restart(), second.restart()]);
      await state.expectHarmless();
      await state.expectTrue(await state.copy());
    } finally {
      await pair.stop();
    }
  });
});
