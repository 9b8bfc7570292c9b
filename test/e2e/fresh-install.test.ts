import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";

const namespace = "e2e-install";

describe("a fresh install", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let objectsBefore: string[];

  before(async () => {
    await createNamespace(cluster, namespace);
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-install", { namespace });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("changes nothing in a preview", async () => {
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
  });

  it("brings up three members and a Trident that answers with an empty state", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.equal(up.outputs.etcdClientEndpoint?.value, "https://trident-etcd-client:2379");

    const members = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    assert.equal(members.length, 3);
    const list = await memberEtcdctlOf(cluster.kubeconfig, namespace, members[0] ?? "", ["member", "list"]);
    assert.equal(list.match(/started/g)?.length, 3, list);

    assert.deepEqual(await readTridentLists({ kubeconfig: kubeconfigPath, namespace }), {
      backends: [],
      volumes: [],
      storageClasses: [],
    });
  });

  it("is left as it is by a second up", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
  });

  it("is gone without a trace after destroy, but for the namespace", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    await eventually("the objects are those from before the install", async () => {
      const left = await objectsAround(cluster, namespace);
      return JSON.stringify(left) === JSON.stringify(objectsBefore);
    }).catch(async () => {
      assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    });
  });
});
