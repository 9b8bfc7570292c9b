import assert from "node:assert/strict";
import { test } from "node:test";

import { check, create, diff, read, update } from "../../migration/migration-provider.ts";
import type { MigrationInputs } from "../../migration/migration-provider.ts";

const inputs: MigrationInputs = {
  kubeconfig: "/nowhere/kubeconfig",
  namespace: "storage",
  legacyDeployment: "trident",
  legacyEtcdContainer: "etcd",
  etcdCluster: "db",
  clientSecret: "etcd-client-tls",
  record: "move-record",
  prefix: "/trident/",
  timeoutSeconds: 10,
};

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
