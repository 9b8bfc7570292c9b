import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { withLock } from "../../../sandbox/machine/lock.ts";

const directory = mkdtempSync(join(tmpdir(), "lock-"));
after(() => {
  rmSync(directory, { recursive: true });
});

const notWaiting = (line: string) => {
  throw new Error(`waited: ${line}`);
};

test("two holders of a lock never run at once, and the second says that it waits", async () => {
  const path = join(directory, "shared");
  const events: string[] = [];
  const hold = (name: string) =>
    withLock(
      path,
      () => events.push(`${name} waits`),
      async () => {
        events.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        events.push(`${name} ends`);
      },
    );
  await Promise.all([hold("first"), hold("second")]);
  assert.deepEqual(events, ["first begins", "second waits", "first ends", "second begins", "second ends"]);
});

test("the lock of a process that is gone is taken over", async () => {
  const path = join(directory, "abandoned");
  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: "not this process" }));
  assert.equal(await withLock(path, notWaiting, () => Promise.resolve("ran")), "ran");
});

test("a failed action gives the lock back", async () => {
  const path = join(directory, "failing");
  await assert.rejects(
    withLock(path, notWaiting, () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(existsSync(path), false);
});
