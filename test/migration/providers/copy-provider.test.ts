import assert from "node:assert/strict";
import { test } from "node:test";
import { check, create, diff, read, remove, update } from "../../../migration/providers/copy-provider.ts";
import type { CopyInputs } from "../../../migration/etcd-copy/copy-request.ts";

const inputs: CopyInputs = {
  kubeconfig: "/nowhere/kubeconfig",
  source: { namespace: "shop", endpoints: ["http://old:2379"] },
  destination: { namespace: "shop", etcdCluster: "db", clientSecret: "etcd-client-tls" },
  prefix: "/inventory/",
  timeoutSeconds: 10,
};

test("never finds a change, so that nothing is copied twice", async () => {
  assert.deepEqual(await diff(), { changes: false, replaces: [] });
});

test("keeps what was recorded, whether it is read or updated", async () => {
  const recorded = { keys: 7, sha256: "digest" };
  assert.deepEqual(await read("2:/inventory/", recorded), { id: "2:/inventory/", props: recorded });
  assert.deepEqual(await update("2:/inventory/", recorded), { outs: recorded });
});

test("asks for nothing when it is removed, not even for which copy it was", async () => {
  assert.equal(remove.length, 0);
  await remove();
});

test("passes the inputs on as they are, and refuses impossible ones in a preview already", async () => {
  assert.deepEqual(await check({}, inputs), { inputs, failures: [] });
  const { failures } = await check({}, { ...inputs, prefix: "" });
  assert.deepEqual(
    failures.map(({ property }) => property),
    ["prefix"],
  );
});

test("fails with an error that Pulumi can't take for a resource that was created", async () => {
  await assert.rejects(create(inputs), (error: Error) => {
    assert.ok(!("id" in error));
    assert.match(error.message, /\/nowhere\/kubeconfig/);
    assert.equal(error.stack, "");
    return true;
  });
});
