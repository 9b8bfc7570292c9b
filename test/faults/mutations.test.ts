import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { test } from "node:test";

test("without the guard, the pinned revision or the verification the fault suite turns red", async (context) => {
  // Node's runner, inside one of its own test processes, would skip what it is to run.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "mutations.ts")], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    signal: context.signal,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  await once(child, "close");
  for (const line of output.trim().split("\n")) context.diagnostic(line);
  assert.equal(child.exitCode, 0, output);
  assert.match(output, /mutations=3 survived=0/);
});
