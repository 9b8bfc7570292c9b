import assert from "node:assert/strict";
import { test } from "node:test";
import { findCarriedPod } from "../../../../migration/plan/flow/carried-pod.ts";
import type { Flow } from "../../../../migration/plan/migration-plan.ts";
import type { MigrationRecord } from "../../../../migration/record/migration-record.ts";
import { legacyTrident } from "../../trident/legacy/legacy-deployment.ts";
import { emptyRecord } from "../scene/places.ts";

const template = {
  spec: { priorityClassName: "of-the-deployment", containers: [{ name: "trident-main" }, { name: "etcd" }] },
};
const recorded = { carriedPod: JSON.stringify({ priorityClassName: "of-the-record" }) };

function carriedIn(flow: Flow, record: Partial<MigrationRecord> = {}, isUninstalled = false): string | undefined {
  const legacy = { ...legacyTrident(), template, ...(isUninstalled ? { isUninstalled: true as const } : {}) };
  return findCarriedPod({ flow, why: "", legacy }, { ...emptyRecord, ...record })?.pod().priorityClassName;
}

test("is taken from the Deployment that stands until a new Trident was started", () => {
  assert.equal(carriedIn("migrate"), "of-the-deployment");
  assert.equal(carriedIn("resume", { phase: "stopped" }), "of-the-deployment");
});

test("is what the record says from then on, so that what runs stays as it is", () => {
  assert.equal(carriedIn("resume", { phase: "stopped", served: "{}", ...recorded }), "of-the-record");
  assert.equal(carriedIn("resume", { phase: "copied", ...recorded }), "of-the-record");
  assert.equal(carriedIn("migrated", recorded), "of-the-record");
});

test("is nothing for a migration by an older version, an uninstalled Trident and an installation", () => {
  assert.equal(carriedIn("migrated"), undefined);
  assert.equal(carriedIn("resume", { phase: "copied" }), undefined);
  assert.equal(carriedIn("migrate", {}, true), undefined);
  assert.equal(carriedIn("install", recorded), undefined);
});
