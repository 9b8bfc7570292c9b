import assert from "node:assert/strict";
import { test } from "node:test";

import { checkFlows } from "../../../program/settings/check-flows.ts";
import { defaultSettings, type Settings } from "../../../program/settings/settings.ts";

const problemsOf = (change: Partial<Settings>): string[] =>
  checkFlows({ ...defaultSettings, ...change }, (name) => change[name] !== undefined);

test("refuses a rollback without what it rolls back", () => {
  const [problem, another] = problemsOf({ rollback: true });
  assert.match(problem ?? "", /rollback is true and migrate is false.*pulumi config rm rollback/);
  assert.equal(another, undefined);
  assert.deepEqual(problemsOf({ rollback: true, migrate: true }), []);
});

test("refuses to migrate what is given up, and gives up anything else", () => {
  const [problem, another] = problemsOf({ migrate: true, abandonedClaim: ["older", "trident"] });
  assert.match(problem ?? "", /^migrate is true and abandonedClaim names trident, .*pulumi config set migrate false/);
  assert.equal(another, undefined);
  assert.deepEqual(problemsOf({ migrate: true, abandonedClaim: ["older"] }), []);
  assert.deepEqual(problemsOf({ abandonedClaim: ["trident"] }), []);
});

test("makes an etcd alone of what is about no Trident only", () => {
  assert.deepEqual(problemsOf({ trident: false, etcdClusterSize: 1, abandonedClaim: ["trident"] }), []);
  const problems = problemsOf({
    trident: false,
    migrate: true,
    rollback: true,
    tridentImage: "netapp/trident:19.01.0",
  });
  assert.match(
    problems.join("\n"),
    /^trident is false, .*migrate is true, .*pulumi config rm trident" or "pulumi config rm migrate"/,
  );
  assert.match(problems.join("\n"), /rollback is true.*\n.*tridentImage is "netapp\/trident:19.01.0"/);
  const [existing, another] = problemsOf({ trident: false, existingEtcdEndpoints: ["https://etcd.example.com:2379"] });
  assert.match(
    existing ?? "",
    /existingEtcdEndpoints names an etcd that is there already.*config rm existingEtcdEndpoints/,
  );
  assert.equal(another, undefined);
});

test("refuses a StorageClass for claims that no member has", () => {
  const [problem] = problemsOf({ etcdStorageClass: "fast" });
  assert.match(problem ?? "", /etcdStorageClass is "fast", and etcdStorageSize is empty/);
  assert.deepEqual(problemsOf({ etcdStorageClass: "fast", etcdStorageSize: "4Gi" }), []);
});

test("refuses to keep up an etcd that is somebody else's", () => {
  const existing = { existingEtcdEndpoints: ["https://etcd.example.com:2379"] };
  const [problem] = problemsOf({ ...existing, defragmentationSchedule: "0 4 * * 0" });
  assert.match(problem ?? "", /defragmentationSchedule is "0 4 \* \* 0", and existingEtcdEndpoints names/);
});
