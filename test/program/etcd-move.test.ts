import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import { moveTrident, summarizeMove } from "../../program/etcd-move.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import type { RawSettings } from "../../program/settings/settings.ts";
import type { TridentsEtcd } from "../../program/tridents-etcd.ts";
import { record, type Registrations } from "../components/registrations.ts";

const destination = { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls-11" };
const source = { namespace: "trident", endpoints: ["https://old:2379"], clientSecret: "etcd-client-tls" };

function registered(raw: RawSettings, plan: Partial<MigrationPlan>): Promise<Registrations> {
  return record(false, () => {
    const etcd = { address: pulumi.output(destination) } as unknown as TridentsEtcd;
    const imagePull = new pulumi.ComponentResource("a:b:C", "image-pull");
    const newTrident = { selector: {}, template: {} };
    const made = { access: { clusterUid: "c" }, record: "a-record", etcd, imagePull, newTrident };
    summarizeMove(moveTrident(checkSettings(raw), plan as MigrationPlan, made));
  });
}

test("moves nothing unless the settings say where from", async () => {
  const registrations = await registered({}, {});
  assert.throws(() => registrations.named("etcd-move"), /not one resource named etcd-move/);
});

test("moves Trident from where the plan has found it to the etcd of the settings, after its image was pulled", async () => {
  const { inputs } = (await registered({ movedFromEtcd: "11" }, { formerEtcd: source })).named("etcd-move");
  assert.deepEqual([inputs.from, inputs.source, inputs.destination], ["11", source, destination]);
  assert.deepEqual([inputs.legacyDeployment, inputs.prefix, inputs.record], ["trident", "/trident/", "a-record"]);
});

test("stays in the stack once it is done, when nothing tells any more where Trident was", async () => {
  const { inputs } = (await registered({ movedFromEtcd: "11" }, {})).named("etcd-move");
  assert.ok(!("source" in inputs));
});
