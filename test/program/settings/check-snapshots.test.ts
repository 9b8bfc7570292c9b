import assert from "node:assert/strict";
import { test } from "node:test";

import { ConfigurationError } from "../../../program/settings/configuration-error.ts";
import { checkSettings } from "../../../program/settings/read-settings.ts";
import type { RawSettings } from "../../../program/settings/settings.ts";

const schedule = "17 * * * *";

function problemOf(raw: RawSettings): string {
  try {
    checkSettings(raw);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return "";
}

test("a schedule alone is enough, and a claim alone is one to restore from", () => {
  assert.equal(problemOf({ snapshotSchedule: schedule }), "");
  assert.equal(problemOf({ snapshotSchedule: schedule, snapshotClaim: "mine", snapshotKeep: "3" }), "");
  assert.equal(problemOf({ snapshotClaim: "mine" }), "");
});

test("what is said of the schedule's snapshots is refused without one", () => {
  const raw = { snapshotKeep: "3", snapshotKeepDays: "3", snapshotStorageSize: "1Gi", snapshotStorageClass: "fast" };
  const problem = problemOf(raw);
  for (const name of Object.keys(raw))
    assert.match(problem, new RegExp(`${name} is .*, and snapshotSchedule is empty`));
  assert.doesNotMatch(problemOf({ ...raw, snapshotSchedule: "hourly" }), /snapshotSchedule is empty/);
});

test("what a claim is to be made like is refused where it is not made", () => {
  const raw = { snapshotSchedule: schedule, snapshotClaim: "mine", snapshotStorageClass: "fast" };
  assert.match(problemOf(raw), /snapshotStorageClass is "fast", and snapshotClaim is "mine", which is used as it is/);
});

test("somebody else's etcd is not saved by schedule", () => {
  const existing = {
    existingEtcdEndpoints: "https://etcd.example.com:2379",
    existingEtcdSecret: "client",
  };
  assert.match(
    problemOf({ ...existing, snapshotSchedule: schedule }),
    /that etcd is not this stack's, and whoever runs it saves it/,
  );
});
