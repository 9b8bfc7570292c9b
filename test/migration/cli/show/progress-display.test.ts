import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeProgress,
  progressDisplay,
  type Progress,
  type ProgressOutput,
} from "../../../../migration/cli/show/progress-display.ts";

const COPYING: Progress = { phase: "copying", keysDone: 0, keysTotal: 1000, bytesDone: 0 };

test("a log gets a line at the beginning of each phase and one every five seconds", () => {
  const { output, written, clock, now } = fakeOutput();
  const display = progressDisplay(output, { quiet: false, terminal: "xterm" }, now);
  for (let keysDone = 0; keysDone <= 1000; keysDone += 10) {
    display.show({ ...COPYING, keysDone });
    clock.milliseconds += 100;
  }
  display.show({ ...COPYING, phase: "verifying" });
  display.end();
  assert.deepEqual(written, [
    "Copying: 0 of 1,000 keys\n",
    "Copying: 500 of 1,000 keys, 100 keys/s, 5.0 s left\n",
    "Copying: 1,000 of 1,000 keys, 100 keys/s\n",
    "Verifying: 0 of 1,000 keys\n",
  ]);
});

test("a file is shown by its bytes", () => {
  const saving: Progress = { phase: "saving", keysDone: 0, keysTotal: 0, bytesDone: 1024, bytesTotal: 4096 };
  assert.equal(describeProgress(saving, 500), "Saving: 1.0 KiB of 4.0 KiB");
  assert.equal(describeProgress(saving, 2000), "Saving: 1.0 KiB of 4.0 KiB, 6.0 s left");
  assert.equal(describeProgress({ ...saving, bytesDone: 4096 }, 2000), "Saving: 4.0 KiB of 4.0 KiB");
  const { output, written, now } = fakeOutput({ isTTY: true, columns: 60 });
  progressDisplay(output, { quiet: false, terminal: "xterm" }, now).show(saving);
  assert.match(written[0] ?? "", /\[#+-+\] Saving: 1\.0 KiB of 4\.0 KiB$/);
});

test("a terminal gets a bar that fits, is redrawn in place and gone at the end", () => {
  const { output, written, clock, now } = fakeOutput({ isTTY: true, columns: 60 });
  const display = progressDisplay(output, { quiet: false, terminal: "xterm" }, now);
  display.show({ ...COPYING, keysDone: 0 });
  display.show({ ...COPYING, keysDone: 400 });
  clock.milliseconds += 100;
  display.show({ ...COPYING, keysDone: 500 });
  display.end();
  const clear = "\r\u001b[K";
  assert.equal(written.length, 3);
  assert.match(written[0] ?? "", /^\r\u001b\[K\[-+\] Copying: 0 of 1,000 keys$/);
  assert.match(written[1] ?? "", /^\r\u001b\[K\[(#+)-+\] Copying: 500 of 1,000 keys$/);
  assert.equal(written[2], clear);
  assert(written.every((text) => text.length - clear.length < 60));
});

test("a narrow terminal gets what fits of the text", () => {
  const { output, written, now } = fakeOutput({ isTTY: true, columns: 12 });
  progressDisplay(output, { quiet: false, terminal: "xterm" }, now).show(COPYING);
  assert.deepEqual(written, ["\r\u001b[KCopying: 0 "]);
});

test("a note takes the bar off first and stays", () => {
  const { output, written, now } = fakeOutput({ isTTY: true });
  const display = progressDisplay(output, { quiet: false, terminal: "xterm" }, now);
  display.show(COPYING);
  display.note("stopping");
  assert.deepEqual(written.slice(1), ["\r\u001b[K", "stopping\n"]);
});

test("a terminal that cannot redraw gets lines, and quiet nothing but notes", () => {
  const dumb = fakeOutput({ isTTY: true });
  progressDisplay(dumb.output, { quiet: false, terminal: "dumb" }, dumb.now).show(COPYING);
  assert.deepEqual(dumb.written, ["Copying: 0 of 1,000 keys\n"]);
  const quiet = fakeOutput({ isTTY: true });
  const display = progressDisplay(quiet.output, { quiet: true, terminal: "xterm" }, quiet.now);
  display.show(COPYING);
  display.note("stopping");
  display.end();
  assert.deepEqual(quiet.written, ["stopping\n"]);
});

test("progress tells amounts, and a rate once there is one", () => {
  const progress: Progress = { phase: "copying", keysDone: 12_000, keysTotal: 100_000, bytesDone: 3 * 1024 * 1024 };
  assert.equal(describeProgress(progress, 10), "Copying: 12,000 of 100,000 keys, 3.0 MiB");
  assert.equal(describeProgress(progress, 1000), "Copying: 12,000 of 100,000 keys, 3.0 MiB, 12,000 keys/s, 7.3 s left");
  assert.equal(
    describeProgress({ ...progress, phase: "looking", keysTotal: 0, bytesDone: 0 }, 10),
    "Looking: 12,000 keys",
  );
});

function fakeOutput(shape: { isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const clock = { milliseconds: 0 };
  const output: ProgressOutput = { ...shape, write: (text: string) => written.push(text) };
  return { output, written, clock, now: () => clock.milliseconds };
}
