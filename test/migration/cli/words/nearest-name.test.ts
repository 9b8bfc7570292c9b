import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestNames } from "../../../../migration/cli/words/nearest-name.ts";

const NAMES = ["from", "to", "from-cert", "to-cert", "prefix", "timeout", "all-keys"];

test("a slip of the finger finds the name that was meant", () => {
  assert.deepEqual(nearestNames("pefix", NAMES), ["prefix"]);
  assert.deepEqual(nearestNames("form", NAMES), ["from"]);
  assert.deepEqual(nearestNames("timeouts", NAMES), ["timeout"]);
  assert.deepEqual(nearestNames("from-crt", NAMES), ["from-cert"]);
});

test("whole words find every name that has them", () => {
  assert.deepEqual(nearestNames("all", NAMES), ["all-keys"]);
  assert.deepEqual(nearestNames("cert", NAMES), ["from-cert", "to-cert"]);
});

test("what is like no name finds none", () => {
  assert.deepEqual(nearestNames("endpoints", NAMES), []);
  assert.deepEqual(nearestNames("x", NAMES), []);
});
