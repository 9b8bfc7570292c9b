import assert from "node:assert/strict";
import { test } from "node:test";
import { firstKeys, wholeSource } from "../../bench/key-subset.ts";
import { keysToMeasure, scaleSeconds } from "../../bench/scaling.ts";

/** A pilot of 100 keys by a tool that needs 3 s to start. */
function pilot(secondsPerKey: number) {
  return runOf(100, secondsPerKey);
}

function runOf(keys: number, secondsPerKey: number) {
  const firstKeySeconds = 3;
  return { keys, firstKeySeconds, seconds: firstKeySeconds + (keys - 1) * secondsPerKey };
}

test("a tool that is through in time is measured on all keys", () => {
  assert.deepEqual(keysToMeasure(100_000, pilot(0.0017), 180), wholeSource(100_000));
});

test("a tool that would need too long is measured on the most keys that it can do in time", () => {
  assert.deepEqual(keysToMeasure(100_000, pilot(0.0019), 180), firstKeys(10_000));
  assert.deepEqual(keysToMeasure(100_000, pilot(0.04), 180), firstKeys(1_000));
});

test("however slow a tool is, it is measured on no fewer than 1,000 keys", () => {
  assert.deepEqual(keysToMeasure(100_000, pilot(10), 180), firstKeys(1_000));
});

test("a case of few keys is never scaled", () => {
  assert.deepEqual(keysToMeasure(500, pilot(10), 180), wholeSource(500));
});

test("a tool without a pilot is measured on all keys", () => {
  assert.deepEqual(keysToMeasure(1_000_000, undefined, 180), wholeSource(1_000_000));
});

test("scaling multiplies the time per key and counts the tool's own start once", () => {
  const scaled = scaleSeconds(runOf(1_000, 0.01), 100_000);
  assert.equal(scaled.toFixed(6), runOf(100_000, 0.01).seconds.toFixed(6));
});

test("the prefix of a subset selects exactly its keys", () => {
  const { prefix, keys, lastKey } = firstKeys(1_000);
  const all = Array.from({ length: 10_000 }, (_, index) => `/bench/${String(index).padStart(7, "0")}`);
  const selected = all.filter((key) => key.startsWith(prefix));
  assert.equal(selected.length, keys);
  assert.equal(selected.sort().at(-1), lastKey);
});

test("a subset is a power of ten", () => {
  assert.throws(() => firstKeys(500), RangeError);
});
