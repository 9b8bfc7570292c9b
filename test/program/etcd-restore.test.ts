import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";
import type { RestorePlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import { restoreEtcd, summarizeRestore } from "../../program/etcd-restore.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import type { RawSettings } from "../../program/settings/settings.ts";
import { record, type Registrations } from "../components/registrations.ts";

const destination = { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };

function registered(raw: RawSettings, restore?: Pick<RestorePlan, "isDone">): Promise<Registrations> {
  return record(false, () => {
    const made = { access: { clusterUid: "c" }, record: "a-record", etcd: { address: pulumi.output(destination) } };
    const plan = restore === undefined ? {} : { restore: { from: "a.db", remakesEtcd: false, ...restore } };
    summarizeRestore(restoreEtcd(checkSettings(raw), plan, "trident-etcd", made));
  });
}

test("restores nothing unless the settings name something", async () => {
  const registrations = await registered({});
  assert.throws(() => registeredNamed(registrations), /not one resource named etcd-restore/);
});

function registeredNamed(of: Registrations) {
  return of.named("etcd-restore");
}

test("restores what is named into the stack's etcd, with Trident stopped meanwhile", async () => {
  const { inputs } = registeredNamed(await registered({ restoreFrom: "a.db", abandonedEtcd: "7" }, { isDone: false }));
  assert.deepEqual([inputs.from, inputs.abandonedEtcd, inputs.size], ["a.db", "7", 3]);
  assert.deepEqual(
    [inputs.destination, inputs.tridentDeployment, inputs.prefix],
    [destination, "trident", "/trident/"],
  );
  assert.deepEqual([inputs.snapshotClaim, inputs.etcdImage], ["trident-etcd-snapshots", "quay.io/coreos/etcd:v3.4.22"]);
  assert.match(String(inputs.run), /^\d{4}-/);
});

test("asks for nothing once that is done, and has no Trident to stop where there is an etcd alone", async () => {
  const { inputs } = registeredNamed(await registered({ restoreFrom: "a.db", trident: "false" }, { isDone: true }));
  assert.equal(inputs.run, "");
  assert.ok(!("tridentDeployment" in inputs));
});

test("is refused where settings say that the etcd is somebody else's, or that a migration is taken back", () => {
  const secret = { existingEtcdEndpoints: "https://a:2379", existingEtcdSecret: "s" };
  assert.throws(() => checkSettings({ restoreFrom: "a.db", ...secret }), /copy --from-snapshot FILE/);
  assert.throws(
    () => checkSettings({ restoreFrom: "a.db", migrate: "true", rollback: "true" }),
    /config rm restoreFrom/,
  );
  assert.throws(() => checkSettings({ restoreFrom: "claim:../a.db" }), /name of a snapshot on the claim/);
});
