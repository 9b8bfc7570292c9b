import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import path from "node:path";
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

const namespace = "e2e-etcd-alone";
const members = "app=etcd,etcd_cluster=trident-etcd";

describe("an etcd alone", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let objectsBefore: string[];

  const etcdctl = async (...words: string[]): Promise<string> => {
    const [member = ""] = await podNames(cluster, namespace, members);
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  };
  const deployments = async (): Promise<string[]> => {
    const { items } = await cluster.apps.listNamespacedDeployment({ namespace });
    return items.map(({ metadata }) => metadata?.name ?? "").sort();
  };

  before(async () => {
    await createNamespace(cluster, namespace);
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-etcd-alone", { namespace, trident: "false", etcdClusterSize: "1" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("is planned in words of its own, and nothing is changed by that", async () => {
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /make an etcd alone, without Trident/);
    assert.ok(!preview.registered.includes("trident-etcd:index:Trident"), preview.registered.join());
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
  });

  it("is installed without anything of Trident's, and was tried without leaving a key", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await deployments(), ["etcd-operator"]);
    const objects = await objectsAround(cluster, namespace);
    assert.deepEqual(
      objects.filter((object) => object.includes("trident-external-etcd")),
      [],
    );
    assert.equal((await etcdctl("get", "/", "--prefix", "--keys-only")).trim(), "");
    const status = JSON.parse(await etcdctl("endpoint", "status", "--write-out=json")) as [
      { Status: { header: { revision: number } } },
    ];
    assert.ok(status[0].Status.header.revision >= 3, "a key was put and deleted");
  });

  it("is left as it is by a second up", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(up.printed, /has an etcd alone, without Trident; there is nothing to do/);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
  });

  it("gets a Trident on it when one is asked for, and its state is kept", async () => {
    await stack.configure({ namespace, trident: "true", etcdClusterSize: "1" });
    await etcdctl("put", "/trident/store", '{"store_version":"etcdv3","orchestrator_api_version":"1"}');
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(up.printed, /holds 1 key under \/trident\/ already: Trident starts on that state/);
    const lists = await readTridentLists({ kubeconfig: kubeconfigPath, namespace });
    assert.deepEqual(lists, { backends: [], volumes: [], storageClasses: [] });
  });

  it("does not lose a Trident that serves", async () => {
    await stack.configure({ namespace, trident: "false", etcdClusterSize: "1" });
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assert.match(up.printed, /No Trident is asked for, and this stack's serves/);
    assert.deepEqual(await deployments(), ["etcd-operator", "trident"]);
  });

  it("is what stays, with the state, once that one is stopped", async () => {
    await cluster.apps.patchNamespacedDeployment({
      namespace,
      name: "trident",
      body: [{ op: "replace", path: "/spec/replicas", value: 0 }],
    });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await deployments(), ["etcd-operator"]);
    assert.match(await etcdctl("get", "/trident/store", "--keys-only"), /\/trident\/store/);
    const again = await stack.up();
    assert.deepEqual(Object.keys(again.changes), ["same"], again.printed);
  });

  it("is uninstalled by itself, after a last snapshot of it", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    const snapshots = await readdir(path.join(stack.folder, "snapshots"));
    assert.equal(snapshots.filter((name) => name.startsWith(`trident-etcd-${namespace}-`)).length, 1);
    await eventually("the objects are those from before the install", async () => {
      return JSON.stringify(await objectsAround(cluster, namespace)) === JSON.stringify(objectsBefore);
    }).catch(async () => {
      assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
    });
  });
});
