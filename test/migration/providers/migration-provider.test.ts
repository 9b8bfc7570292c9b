import assert from "node:assert/strict";
import { test } from "node:test";

import { check, create, diff, read, remove, update } from "../../../migration/providers/migration-provider.ts";
import { check as checkGuard } from "../../../migration/providers/guard-provider.ts";
import type { MigrationInputs, MigrationOutputs } from "../../../migration/providers/migration-provider.ts";
import { startFakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const inputs: MigrationInputs = {
  kubeconfig: "/nowhere/kubeconfig",
  namespace: "storage",
  legacyDeployment: "trident",
  legacyEtcdContainer: "etcd",
  destination: { namespace: "storage", etcdCluster: "db", clientSecret: "etcd-client-tls" },
  record: "move-record",
  prefix: "/trident/",
  timeoutSeconds: 10,
};

/** Of a rollback's only what it is asked with. */
const outputs = inputs as MigrationOutputs;

test("never finds a change, so that nothing is copied twice", async () => {
  assert.deepEqual(await diff(), { changes: false, replaces: [] });
});

test("keeps what was recorded, whether it is read or updated", async () => {
  const recorded = { keys: 7, sha256: "digest" };
  assert.deepEqual(await read("storage/move-record", recorded), { id: "storage/move-record", props: recorded });
  assert.deepEqual(await update("storage/move-record", recorded), { outs: recorded });
});

test("accepts the inputs as they are", async () => {
  assert.deepEqual(await check({}, inputs), { inputs, failures: [] });
});

for (const prefix of ["", "/", "trident/", "/trident"]) {
  test(`refuses to copy below the prefix "${prefix}", in a preview already`, async () => {
    const { failures } = await check({}, { ...inputs, prefix });
    assert.equal(failures.length, 1);
    assert.equal(failures[0]?.property, "prefix");
    assert.match(failures[0].reason, /\/trident\//);
  });
}

test("fails with an error that Pulumi can't take for a resource that was created", async () => {
  await assert.rejects(create(inputs), (error: Error) => {
    assert.ok(!("id" in error));
    assert.match(error.message, /\/nowhere\/kubeconfig/);
    return true;
  });
});

test("removes a migration without a rollback by one look at its record", async () => {
  const fake = await startFakeKubernetes();
  const recordPath = "/api/v1/namespaces/storage/configmaps/move-record";
  fake.objects.set(recordPath, { metadata: { name: "move-record", uid: "u" }, data: { phase: "copied" } });
  await remove("storage/move-record", { ...outputs, kubeconfig: fake.kubeconfig });
  assert.deepEqual(fake.requests, [`GET ${recordPath}`]);
  await fake.stop();
});

test("removes one that an older version made, whose inputs named the EtcdCluster by itself", async () => {
  const fake = await startFakeKubernetes();
  const recordPath = "/api/v1/namespaces/storage/configmaps/move-record";
  fake.objects.set(recordPath, { metadata: { name: "move-record", uid: "u" }, data: { phase: "copied" } });
  const { destination, ...others } = outputs;
  assert.deepEqual(destination, { namespace: "storage", etcdCluster: "db", clientSecret: "etcd-client-tls" });
  const recorded = { ...others, etcdCluster: "db", clientSecret: "etcd-client-tls" } as unknown as MigrationOutputs;
  await remove({ ...recorded, kubeconfig: fake.kubeconfig });
  assert.deepEqual(fake.requests, [`GET ${recordPath}`]);
  await fake.stop();
});

test("removes nothing when the cluster can't be reached, unless it is told to, as the Kubernetes provider is", async () => {
  await assert.rejects(remove(outputs), {
    name: "MigrationNotRemovedError",
    stack: "",
    message: /ConfigMap move-record in namespace storage.*\/nowhere\/kubeconfig.*PULUMI_K8S_DELETE_UNREACHABLE=true/s,
  });
  process.env.PULUMI_K8S_DELETE_UNREACHABLE = "true";
  try {
    await remove(outputs);
  } finally {
    delete process.env.PULUMI_K8S_DELETE_UNREACHABLE;
  }
});

test("looks for a rollback on the cluster of this run, not on that of the migration's", async () => {
  const fake = await startFakeKubernetes();
  const guard = { ...inputs, record: "of-this-run", kubeconfig: fake.kubeconfig, rollback: true };
  await checkGuard({}, guard);
  await remove({ ...outputs, record: "of-this-run" });
  assert.deepEqual(fake.requests, ["GET /api/v1/namespaces/storage/configmaps/of-this-run"]);
  await fake.stop();
});
