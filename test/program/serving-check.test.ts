import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";

import { Trident } from "../../components/trident/trident.ts";
import { checkServing } from "../../program/serving-check.ts";
import { checkSettings } from "../../program/settings/read-settings.ts";
import type { RawSettings } from "../../program/settings/settings.ts";
import type { TridentsEtcd } from "../../program/tridents-etcd.ts";
import { record, type Registration } from "../components/registrations.ts";

const address = { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };

async function registered(raw: RawSettings, serves: boolean): Promise<Registration> {
  const registrations = await record(false, () => {
    const trident = new Trident("trident", {
      namespace: "trident",
      serviceAccountName: "trident",
      serviceAccountUid: "u",
      image: "netapp/trident:19.04.0",
      etcdClientEndpoint: "https://trident-etcd-client:2379",
      clientCertificateVersion: "1",
    });
    const etcd = { address: pulumi.output(address) } as unknown as TridentsEtcd;
    const made = {
      access: { clusterUid: "c" },
      record: "a-record",
      etcd,
      trident,
      stateMigration: undefined,
      restore: undefined,
    };
    checkServing(checkSettings(raw), { serves } as MigrationPlan, made);
  });
  return registrations.named("serving-check");
}

test("looks whether the etcd and Trident serve that the settings ask for, after both", async () => {
  const { inputs, dependencies } = await registered({ etcdClusterSize: "5", abandonedEtcd: "7" }, true);
  const { size, prefix, destination, abandonedEtcd, clusterUid, timeoutSeconds } = inputs;
  assert.deepEqual([size, prefix, abandonedEtcd, clusterUid, timeoutSeconds], [5, "/trident/", "7", "c", 300]);
  assert.deepEqual(destination, address);
  assert.ok(dependencies.includes("trident-deployment"), dependencies.join());
});

test("looks again only when the plan has not found all of it serving", async () => {
  assert.equal((await registered({}, true)).inputs.lookAgain, "");
  assert.notEqual((await registered({}, false)).inputs.lookAgain, "");
});

test("counts no members of an etcd that is not the stack's", async () => {
  const raw = { existingEtcdEndpoints: "http://etcd.example.com:2379", existingEtcdPlaintext: "true" };
  assert.ok(!("size" in (await registered(raw, true)).inputs));
});
