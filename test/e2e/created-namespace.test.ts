import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-created-namespace";
const settings = { namespace, createNamespace: "true", trident: "false", etcdClusterSize: "1" };

describe("a namespace that the program makes", () => {
  const cluster = connectSandbox();
  let stack: TestStack;

  const isThere = async (): Promise<boolean> =>
    (await cluster.core.listNamespace()).items.some(({ metadata }) => metadata?.name === namespace);

  before(async () => {
    stack = await createTestStack("e2e-created-namespace", settings);
  });
  after(async () => {
    await stack.destroy();
    await stack.forget();
    if (await isThere()) await deleteNamespace(cluster, namespace);
  });

  it("is planned, and not made by a preview", async () => {
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /1\. Make namespace e2e-created-namespace/);
    assert.ok(!(await isThere()));
  });

  it("is there before all else is made in it, and once it is, nothing is done again", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.equal((await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd")).length, 1);
    const again = await stack.up();
    assert.deepEqual(Object.keys(again.changes), ["same"], again.printed);
  });

  it("stays after a destroy, which says so", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    assert.match(destroy.printed, /namespace e2e-created-namespace: `kubectl delete namespace e2e-created-namespace`/);
    assert.ok(await isThere());
  });
});
