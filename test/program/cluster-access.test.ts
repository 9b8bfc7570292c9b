import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import * as pulumi from "@pulumi/pulumi";

import { clusterAccess } from "../../program/cluster-access.ts";

beforeEach(async () => {
  await pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "", state: {} }) }, "trident-etcd");
});

test("chooses nothing where nothing is set, so that KUBECONFIG or ~/.kube/config apply", () => {
  pulumi.runtime.setAllConfig({});
  assert.deepEqual(clusterAccess(), { plain: {}, inputs: {} });
});

test("takes a path and a context as they are", () => {
  pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": "~/clusters/one", "kubernetes:context": "admin" });
  const choice = { kubeconfig: "~/clusters/one", context: "admin" };
  assert.deepEqual(clusterAccess(), { plain: choice, inputs: choice });
});

for (const contents of ["apiVersion: v1\nkind: Config\n", '{"apiVersion": "v1", "kind": "Config"}']) {
  test(`makes the contents of a kubeconfig secret wherever they reach the state: ${JSON.stringify(contents)}`, async () => {
    pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": contents });
    const { plain, inputs } = clusterAccess();
    assert.equal(plain.kubeconfig, contents);
    assert.equal(await pulumi.isSecret(pulumi.output(inputs.kubeconfig)), true);
  });
}
