import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { StateMigration } from "../../../components/migration/state-migration.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, revealed, valueOf } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

const kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{user: {token: a token}}]\n";
const runType = "pulumi-nodejs:dynamic/trident-etcd:MigrationRun";

let component: StateMigration | undefined;

function migration(
  preview = false,
  access: { kubeconfig?: pulumi.Input<string>; clusterUid?: string; rollback?: boolean } = {},
): Promise<Registrations> {
  return record(preview, () => {
    component = new StateMigration("move", {
      ...access,
      namespace: "storage",
      legacyDeployment: "trident",
      legacyEtcdContainer: "etcd",
      destination: { namespace: "storage", etcdCluster: "db", clientSecret: "etcd-client-tls" },
      record: "move-record",
      prefix: "/trident/",
      timeoutSeconds: 90,
      snapshotDirectory: "kept-here",
    });
  });
}

for (const preview of [true, false]) {
  test(`registers a guard and one run ${preview ? "in a preview" : "in an update"}`, async () => {
    const registered = await migration(preview);
    assert.deepEqual(registered.all.map(({ type, name }) => `${type} ${name}`).sort(), [
      "pulumi-nodejs:dynamic/trident-etcd:MigrationGuard move-guard",
      `${runType} move-run`,
      "trident-etcd:index:StateMigration move",
    ]);
    assert.equal(registered.named("move-run").parent, "move");
  });
}

test("asks the migration for what it was told, and for no key or certificate", async () => {
  const { inputs } = (await migration()).named("move-run");
  const { __provider: provider, ...request } = inputs;
  assert.equal(typeof provider, "string");
  assert.deepEqual(request, {
    namespace: "storage",
    legacyDeployment: "trident",
    legacyEtcdContainer: "etcd",
    destination: { namespace: "storage", etcdCluster: "db", clientSecret: "etcd-client-tls" },
    record: "move-record",
    prefix: "/trident/",
    timeoutSeconds: 90,
    snapshotDirectory: "kept-here",
  });
});

test("freezes nothing into the state but calls of the package by its name", async () => {
  const registered = await migration(false, { kubeconfig: pulumi.secret(kubeconfig) });
  assertFreezesOnlyCalls(registered.named("move-run"), "migration-provider.ts");
});

test("keeps the contents of a kubeconfig secret", async () => {
  const { inputs } = (await migration(false, { kubeconfig: pulumi.secret(kubeconfig) })).named("move-run");
  assert.ok(isSecret(inputs.kubeconfig));
  assert.equal(revealed(inputs.kubeconfig), kubeconfig);
  for (const [property, value] of Object.entries(inputs).filter(([name]) => name !== "kubeconfig")) {
    assert.doesNotMatch(JSON.stringify(value), /a token/, property);
  }
});

test("starts only after its guard stands", async () => {
  const registered = await migration();
  assert.ok(registered.named("move-run").dependencies.includes("move-guard"));
});

test("has guard and run refuse another cluster than the stack's", async () => {
  const registered = await migration(false, { clusterUid: "uid-of-the-cluster" });
  assert.equal(registered.named("move-guard").inputs.clusterUid, "uid-of-the-cluster");
  assert.equal(registered.named("move-run").inputs.clusterUid, "uid-of-the-cluster");
});

test("sums up what was moved once it was, and knows nothing of it in a preview", async () => {
  await migration();
  const summary = await valueOf(summaryOf(component));
  assert.deepEqual([summary?.keys, summary?.bytes, summary?.sha256], [7, 700, "digest"]);
  for (const field of ["cutOverAt", "outageSeconds", "snapshot", "firstPassKeys", "changedKeys"])
    assert.ok(summary !== undefined && field in summary, field);
  await migration(true);
  assert.equal(await valueOf(summaryOf(component).sha256), undefined);
});

test("registers, for a rollback, its guard as before, and no run", async () => {
  const registered = await migration(false, { rollback: true });
  assert.deepEqual(registered.all.map(({ name }) => name).sort(), ["move", "move-guard"]);
  assert.equal(registered.named("move-guard").inputs.rollback, true);
  assert.equal(registered.named("move-guard").inputs.snapshotDirectory, "kept-here");
  assert.equal(component?.summary, undefined);
  assert.ok(!("rollback" in (await migration()).named("move-guard").inputs));
});

function summaryOf(migrated: StateMigration | undefined): NonNullable<StateMigration["summary"]> {
  assert.ok(migrated?.summary);
  return migrated.summary;
}
