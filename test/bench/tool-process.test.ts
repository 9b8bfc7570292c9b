import assert from "node:assert/strict";
import { test } from "node:test";
import { peakOf, startTool, ToolFailedError } from "../../bench/tool-process.ts";

test("the peak of a process's memory is read from its status", () => {
  assert.equal(peakOf("Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t 1024 kB\n"), 200);
  assert.throws(() => peakOf("Name:\tnode\n"), RangeError);
});

test("a tool that is done is measured while it waits, and ended", async () => {
  const tool = startTool(["sh", "-c", "echo done; cat"]);
  await tool.done;
  assert.ok(tool.peakMebibytes() > 0);
  await tool.stop();
  assert.throws(() => tool.peakMebibytes(), /ENOENT/);
});

test("a tool that ends before it is done has failed, with what it said", async () => {
  const tool = startTool(["sh", "-c", "echo no room >&2; exit 3"]);
  await assert.rejects(
    tool.done,
    (error) => error instanceof ToolFailedError && error.message === "sh ended with 3: no room",
  );
  await tool.stop();
});
