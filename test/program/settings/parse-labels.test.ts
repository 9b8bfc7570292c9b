import assert from "node:assert/strict";
import { test } from "node:test";

import { podLabels } from "../../../program/settings/parse-labels.ts";

test("takes labels as kubectl writes them, or none", () => {
  assert.deepEqual(podLabels(""), []);
  assert.deepEqual(podLabels("app=etcdctl"), [["app", "etcdctl"]]);
  assert.deepEqual(podLabels("app=etcdctl, example.com/team=storage_1"), [
    ["app", "etcdctl"],
    ["example.com/team", "storage_1"],
  ]);
});

test("refuses what is no label, which would let other pods in than were meant, or all", () => {
  for (const text of ["app", "app=", "=etcdctl", "app=a=b", "-app=a", "app=a b", "Example.com/app=a", "*"]) {
    assert.throws(() => podLabels(text), /write labels as key=value/, text);
  }
  assert.throws(() => podLabels("app=a,app=b"), /app is named twice/);
});
