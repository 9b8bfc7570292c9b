import assert from "node:assert/strict";
import { test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { StackGuard } from "../../../components/stack/stack-guard.ts";
import { StackIdentity } from "../../../components/stack/stack-identity.ts";
import { assertFreezesOnlyCalls } from "../frozen-provider.ts";
import { isSecret, record, revealed } from "../registrations.ts";

const kubeconfig = "apiVersion: v1\nkind: Config\nusers: [{user: {token: a token}}]\n";
const home = {
  kubeconfig: pulumi.secret(kubeconfig),
  cluster: '"production" (https://k8s.example)',
  clusterUid: "uid-of-the-cluster",
  namespace: "storage",
};

const registered = await record(false, () => {
  const { stackUid } = new StackIdentity("identity", {
    ...home,
    stack: "organization/trident-etcd/production",
    foundStackUids: [],
    foundObjects: false,
    takeOver: false,
    generatesCertificates: true,
  });
  new StackGuard("guard", { ...home, stackUid, objects: ["/api/v1/namespaces/storage/configmaps/record"] });
});

test("the identity freezes nothing into the state but calls of the package by its name", () => {
  assertFreezesOnlyCalls(registered.named("identity"), "identity/identity-provider.ts");
});

for (const name of ["identity", "guard"]) {
  test(`the ${name} keeps the contents of a kubeconfig secret`, () => {
    const { inputs } = registered.named(name);
    assert.ok(isSecret(inputs.kubeconfig));
    assert.equal(revealed(inputs.kubeconfig), kubeconfig);
  });
}

test("the guard knows what it will compare in a destroy, and comes after the identity", () => {
  const { inputs, dependencies } = registered.named("guard");
  assert.equal(inputs.step, "stackGuard");
  assert.equal(inputs.cluster, home.cluster);
  assert.equal(inputs.clusterUid, home.clusterUid);
  assert.deepEqual(dependencies, ["identity"]);
});
