import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { EtcdCopy, type EtcdCopyArgs } from "../../../components/migration/etcd-copy.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, revealed, valueOf, type Registrations } from "../registrations.ts";

const kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{user: {token: a token}}]\n";
const source = { namespace: "shop", endpoints: ["http://old:2379"] };
const destination = { namespace: "shop", etcdCluster: "db", clientSecret: "etcd-client-tls" };

let copy: EtcdCopy | undefined;

function registered(preview = false, args: Partial<EtcdCopyArgs> = {}): Promise<Registrations> {
  return record(preview, () => {
    copy = new EtcdCopy("copy", { source, destination, prefix: "/inventory/", ...args });
  });
}

test("asks for the copy that it was told, and waits 300 s unless told otherwise", async () => {
  const { inputs, type } = (await registered()).named("copy");
  const { __provider: provider, ...request } = inputs;
  assert.equal(type, "pulumi-nodejs:dynamic/trident-etcd:EtcdCopy");
  assert.equal(typeof provider, "string");
  assert.deepEqual(request, { source, destination, prefix: "/inventory/", timeoutSeconds: 300 });
  const told = (await registered(false, { timeoutSeconds: 9, leases: "copy-without" })).named("copy").inputs;
  assert.deepEqual([told.timeoutSeconds, told.leases], [9, "copy-without"]);
});

test("freezes nothing into the state but calls of the package by its name", async () => {
  assertFreezesOnlyCalls((await registered(false, { kubeconfig })).named("copy"), "copy-provider.ts");
});

test("keeps a kubeconfig secret", async () => {
  const { inputs } = (await registered(false, { kubeconfig, context: "production" })).named("copy");
  assert.ok(isSecret(inputs.kubeconfig));
  assert.equal(revealed(inputs.kubeconfig), kubeconfig);
  assert.equal(inputs.context, "production");
});

test("goes to the cluster that the stack's settings choose, as Kubernetes resources do", async () => {
  pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": kubeconfig, "kubernetes:context": "staging" });
  try {
    const { inputs } = (await registered()).named("copy");
    assert.ok(isSecret(inputs.kubeconfig));
    assert.deepEqual([revealed(inputs.kubeconfig), inputs.context], [kubeconfig, "staging"]);
    const chosen = (await registered(false, { kubeconfig: "/a/path", context: "other" })).named("copy").inputs;
    assert.deepEqual([revealed(chosen.kubeconfig), chosen.context], ["/a/path", "other"]);
  } finally {
    pulumi.runtime.setAllConfig({});
  }
});

test("takes outputs as parts of an address", async () => {
  const part = { ...destination, etcdCluster: pulumi.output("db") };
  assert.deepEqual((await registered(false, { destination: part })).named("copy").inputs.destination, destination);
});

test("tells what was copied once it was, and nothing in a preview", async () => {
  await registered();
  assert.deepEqual([await valueOf(copyOf().keys), await valueOf(copyOf().sha256)], [7, "digest"]);
  await registered(true);
  assert.equal(await valueOf(copyOf().sha256), undefined);
});

function copyOf(): EtcdCopy {
  assert.ok(copy);
  return copy;
}
