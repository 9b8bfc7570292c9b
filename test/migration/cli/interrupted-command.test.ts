import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, test } from "node:test";
import type { KeyRange } from "../../../migration/copy/store/key-value-store.ts";
import { bytesOf, contents, freshRange, numbered, seed } from "../copy/copy-scene.ts";
import { startCommand, type RunningCommand } from "./command-process.ts";
import { startScene, type CommandScene } from "./command-scene.ts";

const KEYS = 60_000;
const STOPPING = "finishing what is under way";

type TestRange = ReturnType<typeof freshRange>;

let scene: CommandScene;
before(async () => {
  scene = await startScene();
});
after(async () => {
  await scene.stop();
});

test("a signal in the middle drains, says where the copy stands, and a rerun completes it", async () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const { range, running, words } = await startedCopy();
    running.process.kill(signal);
    await running.saysOnStderr(STOPPING);
    process.kill(scene.destination.pid, "SIGCONT");
    const interrupted = await running.ended;
    assert.equal(interrupted.exitCode, 5, interrupted.stderr);
    assert.match(
      interrupted.stderr,
      new RegExp(`stopped by ${signal}: [\\d,]+ of 60,000 keys are in the destination\\nRun the same command again`),
    );
    const { outcome } = JSON.parse(interrupted.stdout) as { outcome: string };
    assert.equal(outcome, "interrupted");
    const there = await countOf(range);
    assert(there > 0 && there < KEYS, `${there} keys`);

    const completed = await startCommand(words).ended;
    assert.equal(completed.exitCode, 0, completed.stderr);
    const document = JSON.parse(completed.stdout) as { keys: number; keysAlreadyThere: number };
    assert.equal(document.keys, KEYS);
    assert.equal(document.keysAlreadyThere, there);
    const copied = await contents(scene.destination.store, range);
    assert.deepEqual(bytesOf(copied), bytesOf(await contents(scene.source.store, range)));
    assert(copied.every(({ createRevision, modRevision }) => createRevision === modRevision));
  }
});

test("a second signal ends the command at once", async () => {
  const { running } = await startedCopy();
  running.process.kill("SIGINT");
  await running.saysOnStderr(STOPPING);
  running.process.kill("SIGINT");
  const { exitCode, signal } = await running.ended;
  process.kill(scene.destination.pid, "SIGCONT");
  assert.deepEqual([exitCode, signal], [undefined, "SIGINT"]);
});

/** A copy that has written some keys and cannot write the others, because the destination is stopped. */
async function startedCopy(): Promise<{ range: TestRange; running: RunningCommand; words: string[] }> {
  for (;;) {
    const range = freshRange();
    await seed(scene.source.store, numbered(range, KEYS));
    const words = ["copy", ...scene.sides, "--prefix", range.key("").toString(), "--json"];
    const running = startCommand(words);
    let count = 0;
    while (count === 0) {
      assert.equal(running.process.exitCode, null);
      await sleep(2);
      count = await countOf(range);
    }
    process.kill(scene.destination.pid, "SIGSTOP");
    if (count < KEYS / 2) return { range, running, words };
    // A machine that is busy looks too late: the copy may have ended in the meantime.
    process.kill(scene.destination.pid, "SIGCONT");
    await running.ended;
  }
}

async function countOf(range: KeyRange): Promise<number> {
  return (await scene.destination.store.range({ ...range, countOnly: true })).count;
}
