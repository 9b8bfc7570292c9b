import assert from "node:assert/strict";
import { test } from "node:test";
import { CopyLogError, copySecondsOf } from "../../../sandbox/vendor-procedure/copy-times.ts";

test("the copy's time is that between its beginning and its end, whatever stands around them", () => {
  const log = "some key\ncopy began at 16303.27\ndone\ncopy ended at 16320.52\n";
  assert.equal(copySecondsOf(log).toFixed(2), "17.25");
});

test("a log without the copy's end is refused with what it says", () => {
  assert.throws(() => copySecondsOf("copy began at 12.5\nwriting key failed\n"), {
    name: CopyLogError.name,
    message: /writing key failed/,
  });
});

test("a log whose copy ends before it begins is refused", () => {
  assert.throws(() => copySecondsOf("copy began at 12.5\ncopy ended at 12.4\n"), CopyLogError);
});
