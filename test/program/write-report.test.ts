import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { writeReport } from "../../program/write-report.ts";
import { planOf } from "../migration/plan/scene/plan-scene.ts";

const outcome = { clientEndpoint: "https://trident-etcd-client:2379", members: ["a"], certificateExpiry: {} };
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-report-"));
  file = path.join(folder, "reports", "migration.md");
});
afterEach(() => rm(folder, { recursive: true }));

test("the report is written, its folder included, once its outputs are known", async () => {
  await programWithMocks(false);
  writeReport(file, await planOf((environment) => environment.withLegacy()), pulumi.output(outcome));
  assert.match(await written(file), /https:\/\/trident-etcd-client:2379/);
});

test("no report is written in a preview, or when none is asked for", async () => {
  await programWithMocks(true);
  const plan = await planOf((environment) => environment.withLegacy());
  writeReport(file, plan, outcome);
  await programWithMocks(false);
  writeReport("", plan, outcome);
  await sleep(50);
  await assert.rejects(readFile(file), { code: "ENOENT" });
});

test("a run with nothing to do leaves the report that there is", async () => {
  await programWithMocks(false);
  const before = path.join(folder, "before.md");
  await writeFile(before, "what was done");
  const plan = await planOf((environment) => environment.withLegacy());
  writeReport(before, { ...plan, steps: [] }, outcome);
  await sleep(50);
  assert.equal(await readFile(before, "utf8"), "what was done");
});

async function programWithMocks(preview: boolean): Promise<void> {
  const mocks = { call: () => ({}), newResource: () => ({ id: "", state: {} }) };
  await pulumi.runtime.setMocks(mocks, "trident-etcd", "test", preview);
}

async function written(report: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const text = await readFile(report, "utf8").catch(() => "");
    if (text !== "") return text;
    await sleep(20);
  }
  throw new Error(`nothing was written to ${report}`);
}
