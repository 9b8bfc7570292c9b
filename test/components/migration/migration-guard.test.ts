import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { MigrationGuard } from "../../../components/migration/migration-guard.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, revealed } from "../registrations.ts";
import type { Registration } from "../registrations.ts";

const kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{user: {token: a token}}]\n";
const request = {
  namespace: "storage",
  legacyDeployment: "trident",
  legacyEtcdContainer: "etcd",
  destination: { namespace: "storage", etcdCluster: "db", clientSecret: "etcd-client-tls" },
  record: "move-record",
  prefix: "/db/",
  timeoutSeconds: 90,
};

async function guard(): Promise<Registration> {
  const registered = await record(false, () => {
    new MigrationGuard("g", { ...request, kubeconfig: pulumi.secret(kubeconfig) });
  });
  return registered.named("g");
}

test("remembers whose migration it guards", async () => {
  const { type, inputs } = await guard();
  assert.equal(type, "pulumi-nodejs:dynamic/trident-etcd:MigrationGuard");
  const remembered = Object.entries(inputs).filter(([name]) => !["__provider", "kubeconfig"].includes(name));
  assert.deepEqual(Object.fromEntries(remembered), request);
});

test("freezes nothing into the state but calls of the package by its name", async () => {
  assertFreezesOnlyCalls(await guard(), "guard-provider.ts");
});

test("keeps the contents of a kubeconfig secret", async () => {
  const { inputs } = await guard();
  assert.ok(isSecret(inputs.kubeconfig));
  assert.equal(revealed(inputs.kubeconfig), kubeconfig);
});
