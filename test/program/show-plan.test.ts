import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { describePlan } from "@trident-etcd/migration/plan/describe/describe-plan.ts";
import { planText, showPlan } from "../../program/show-plan.ts";
import { planOf } from "../migration/plan/scene/plan-scene.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-plan-"));
  file = path.join(folder, "plans", "plan.txt");
  // A preview: the plan is written there, too.
  await pulumi.runtime.setMocks(
    { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
    "trident-etcd",
    "test",
    true,
  );
});
afterEach(() => rm(folder, { recursive: true }));

test("all of the plan is in its file, whatever is printed", async () => {
  const plan = await planOf((environment) => environment.withLegacy());
  assert.equal(await showPlan(plan, { planDetail: "short", planFile: file }), plan);
  assert.equal(await readFile(file, "utf8"), `${planText(plan, "full")}\n`);
});

test("a plan is told in settings, with those that show more of it where there is more", async () => {
  const plan = await planOf((environment) => environment.withLegacy());
  assert.match(planText(plan, "short"), /\nMore: setting planDetail `full`; in a file: setting planFile\.$/);
  assert.doesNotMatch(planText(plan, "full"), /planDetail/);
  const blocked = await planOf(() => undefined);
  assert.match(planText(blocked, "short"), /`pulumi config set migrate false`/);
  assert.doesNotMatch(planText(blocked, "short"), /planDetail/);
});

test("a plan that is blocked is in its file, and refused in the detail that is asked for", async () => {
  const plan = await planOf(() => undefined);
  await assert.rejects(showPlan(plan, { planDetail: "full", planFile: file }), {
    name: "PlanBlockedError",
    message: describePlan(plan, "full"),
  });
  assert.match(await readFile(file, "utf8"), /Nothing is done before this is put right/);
});

test("a file that can't be written stops nothing", async () => {
  const plan = await planOf((environment) => environment.withLegacy());
  assert.equal(await showPlan(plan, { planDetail: "short", planFile: folder }), plan);
});
