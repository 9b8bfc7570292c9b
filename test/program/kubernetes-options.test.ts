import assert from "node:assert/strict";
import { test } from "node:test";

import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { newestApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";

import { kubernetesOptions } from "../../program/kubernetes-options.ts";
import { record } from "../components/registrations.ts";

let options: ReturnType<typeof kubernetesOptions> | undefined;

const registered = await record(false, () => {
  const lasting = new kubernetes.core.v1.ConfigMap("lasting", {});
  const identity = { cluster: "c", clusterUid: "uid-of-the-cluster", stackUid: pulumi.output("uid-of-the-stack") };
  options = kubernetesOptions({ context: "production" }, { ...identity, resource: lasting as never }, lasting);
});

test("goes through one provider, known by the cluster's uid, which is removed before what lasts", () => {
  const { inputs, dependencies } = registered.named("cluster");
  assert.deepEqual([inputs.kubeconfig, inputs.context], ["", "production"]);
  assert.equal(inputs.clusterIdentifier, "uid-of-the-cluster");
  assert.deepEqual(dependencies, ["lasting"]);
});

test("applies on the server's side, and says nothing of it, but where the server can't", async () => {
  assert.ok(!("enableServerSideApply" in registered.named("cluster").inputs));
  const older = await record(false, () => {
    const lasting = new kubernetes.core.v1.ConfigMap("lasting", {});
    const identity = { cluster: "c", clusterUid: "u", stackUid: pulumi.output("s"), resource: lasting as never };
    kubernetesOptions({}, identity, lasting, { ...newestApis, serverSideApply: false });
  });
  assert.equal(older.named("cluster").inputs.enableServerSideApply, "false");
});

test("notes on what it makes whose it is", () => {
  assert.equal(options?.transforms?.length, 1);
});
