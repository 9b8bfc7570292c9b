import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { ServingCheck } from "../../../components/stack/serving-check.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, revealed } from "../registrations.ts";
import type { Registration } from "../registrations.ts";

const kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{user: {token: a token}}]\n";
const request = {
  namespace: "storage",
  destination: { namespace: "storage", etcdCluster: "db", clientSecret: "etcd-client-tls" },
  prefix: "/trident/",
  record: "move-record",
  size: 3,
  tridentDeployment: "trident",
  abandonedEtcd: "",
  timeoutSeconds: 90,
  lookAgain: "",
};

async function registered(): Promise<Registration> {
  const registrations = await record(false, () => {
    new ServingCheck("s", { ...request, kubeconfig: pulumi.secret(kubeconfig) });
  });
  return registrations.named("s");
}

test("remembers what is to serve", async () => {
  const { type, inputs } = await registered();
  assert.equal(type, "pulumi-nodejs:dynamic/trident-etcd:ServingCheck");
  const remembered = Object.entries(inputs).filter(([name]) => !["__provider", "kubeconfig"].includes(name));
  assert.deepEqual(Object.fromEntries(remembered), request);
});

test("freezes nothing into the state but calls of the package by its name", async () => {
  assertFreezesOnlyCalls(await registered(), "serving/serving-check-provider.ts");
});

test("keeps the contents of a kubeconfig secret", async () => {
  const { inputs } = await registered();
  assert.ok(isSecret(inputs.kubeconfig));
  assert.equal(revealed(inputs.kubeconfig), kubeconfig);
});
