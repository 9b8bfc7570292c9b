import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { failureOf, KnownState, numbered, startPair } from "../known-state.ts";

/** The promise, for all of it: connecting, each call's deadline, and the retries. */
const PROMISED_MILLISECONDS = 60_000;

const PHASES = ["connecting", "copying", "verifying"] as const;

// The waits for deadlines take no processor time: these run side by side, each with etcds of its own.
suite("row 7: a connection that stays open and carries nothing any more", { concurrency: true }, () => {
  for (const side of ["source", "destination"] as const) {
    for (const phase of PHASES) {
      test(
        `of the ${side}, while ${phase}: an error within 60 seconds in all, no hang`,
        { timeout: 120_000 },
        async () => {
          const pair = await startPair();
          try {
            const state = await KnownState.begin(pair, numbered(3_000));
            const [proxy] = pair[side].proxies;
            assert(proxy);
            let armed = false;
            const standStill = (): void => {
              if (!armed) proxy.arm({ kind: "stall", after: { bytesToClient: 1 } });
              armed = true;
            };
            if (phase === "connecting") standStill();

            const copying = state.copy({
              onProgress: (progress) => {
                if (progress.phase === phase) standStill();
              },
            });
            const error = await inTime(failureOf(copying));

            assert.equal(proxy.fired.stall, 1, "nothing stood still");
            assert.match(error.story, /EtcdDeadlineError: |EtcdUnreachableError: /);
            await state.expectHarmless();
            proxy.heal();
            await state.expectTrue(await state.copy());
          } finally {
            await pair.stop();
          }
        },
      );
    }
  }
});

async function inTime<T>(outcome: Promise<T>): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`neither a result nor an error within ${PROMISED_MILLISECONDS} ms`));
  }, PROMISED_MILLISECONDS);
  try {
    return await Promise.race([outcome, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
