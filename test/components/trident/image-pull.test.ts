import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { ImagePull } from "../../../components/trident/image-pull.ts";
import { Trident, tridentImages } from "../../../components/trident/trident.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, revealed } from "../registrations.ts";
import type { Registrations } from "../registrations.ts";

const kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{user: {token: a token}}]\n";
const tridentArgs = {
  serviceAccountName: "trident-external-etcd",
  image: "registry.example.com/netapp/trident:19.04.0",
  etcdClientEndpoint: "https://db-client:2379",
  clientSecretName: "etcd-client-tls",
  clientCertificateVersion: "2031-01-01T00:00:00Z",
};
const request = { namespace: "storage", deployment: "trident", record: "move-record", timeoutSeconds: 90 };

function registered(preview = false): Promise<Registrations> {
  return record(preview, () => {
    const pods = tridentImages(tridentArgs);
    const pull = new ImagePull("p", { ...request, pods, kubeconfig: pulumi.secret(kubeconfig) });
    new Trident("t", { ...tridentArgs, namespace: "storage" }, { dependsOn: [pull] });
  });
}

test("remembers the image, and where it is pulled, and nothing else of Trident", async () => {
  const { type, inputs } = (await registered()).named("p");
  assert.equal(type, "pulumi-nodejs:dynamic/trident-etcd:ImagePull");
  const remembered = Object.entries(inputs).filter(([name]) => !["__provider", "kubeconfig"].includes(name));
  assert.deepEqual(Object.fromEntries(remembered), {
    ...request,
    pods: {
      serviceAccountName: "trident-external-etcd",
      containers: [{ name: "trident-main", image: "registry.example.com/netapp/trident:19.04.0" }],
    },
  });
});

for (const preview of [true, false]) {
  test(`comes before Trident's Deployment ${preview ? "in a preview" : "in an update"}`, async () => {
    assert.ok((await registered(preview)).named("t-deployment").dependencies.includes("p"));
  });
}

test("freezes nothing into the state but calls of the package by its name", async () => {
  assertFreezesOnlyCalls((await registered()).named("p"), "image-pull-provider.ts");
});

test("keeps the contents of a kubeconfig secret", async () => {
  const { inputs } = (await registered()).named("p");
  assert.ok(isSecret(inputs.kubeconfig));
  assert.equal(revealed(inputs.kubeconfig), kubeconfig);
});
