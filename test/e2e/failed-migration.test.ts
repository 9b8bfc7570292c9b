import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { legacyEtcdctl, memberEtcdctlOf, parseKeys, valuesOf } from "./etcd-keys.ts";
import { createTestStack, type Operation, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, eventually, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-failure";
const kubeconfig = kubeconfigPath;
const foreignKey = "/trident/v1/volume/written-by-somebody-else";
const backendPassword = "never-to-be-printed";

describe("a migration that fails midway", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let legacySpecBefore: string;

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 300, backendPassword }, console.log);
    await legacyCommand(["put", "/trident/v1/node/worker-1", "{}"]);
    legacySpecBefore = await legacySpec();
    stack = await createTestStack("e2e-failure", { namespace, migrate: "true" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("leaves the old Trident running and serving, and one error that says what was wrong", async () => {
    const listsBefore = await readTridentLists({ kubeconfig, namespace });
    const [up] = await Promise.all([stack.up(), putForeignKeyOnceTheOldTridentStops()]);

    assert.ok(!up.succeeded, up.printed);
    assertOneError(up, foreignKey);
    assert.equal(await legacySpec(), legacySpecBefore);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
  });

  it("leaves nothing of what it had copied in the destination", async () => {
    assert.deepEqual([...(await memberKeys()).keys()], [foreignKey]);
  });

  it("is refused, with the old Trident untouched, as long as somebody else's key is in the destination", async () => {
    const podsBefore = await podNames(cluster, namespace, "app=trident.netapp.io");
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assertOneError(up, foreignKey);
    assert.deepEqual(await podNames(cluster, namespace, "app=trident.netapp.io"), podsBefore);
  });

  it("is completed by the next up, with what the old Trident wrote in between", async () => {
    await memberCommand(["del", foreignKey]);
    await legacyCommand(["put", "/trident/v1/storageclass/late", lateStorageClass]);
    await legacyCommand(["del", "/trident/v1/node/worker-1"]);
    await startAnew();
    const state = parseKeys(await legacyCommand(["get", "/trident/", "--prefix", "-w", "json"]));

    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(valuesOf(await memberKeys()), valuesOf(state));
    const lists = await readTridentLists({ kubeconfig, namespace });
    assert.ok(lists.storageClasses.includes("late"));
    assert.equal(lists.volumes.length, 300);
  });

  /** The old Trident then lists what was written behind its back. */
  async function startAnew(): Promise<void> {
    await cluster.core.deleteCollectionNamespacedPod({ namespace, labelSelector: "app=trident.netapp.io" });
    await eventually("the old Trident lists what was written", async () => {
      const lists = await readTridentLists({ kubeconfig, namespace }).catch(() => undefined);
      return lists?.storageClasses.includes("late") === true;
    });
  }

  /** The fault: somebody writes into the destination's prefix after the checks, while the copy is under way. */
  async function putForeignKeyOnceTheOldTridentStops(): Promise<void> {
    await eventually(
      "the old Trident is being stopped",
      async () => {
        const deployment = await cluster.apps.readNamespacedDeployment({ name: "trident", namespace });
        return deployment.spec?.replicas === 0;
      },
      300,
    );
    await memberCommand(["put", foreignKey, "{}"]);
  }

  /** The legacy Deployment's whole specification, to compare. */
  async function legacySpec(): Promise<string> {
    return JSON.stringify((await cluster.apps.readNamespacedDeployment({ name: "trident", namespace })).spec);
  }

  async function memberKeys(): Promise<ReturnType<typeof parseKeys>> {
    return parseKeys(await memberCommand(["get", "/trident/", "--prefix", "-w", "json"]));
  }

  async function memberCommand(words: readonly string[]): Promise<string> {
    const [pod] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    return memberEtcdctlOf(cluster.kubeconfig, namespace, pod ?? "", words);
  }

  async function legacyCommand(words: readonly string[]): Promise<string> {
    const [pod] = await podNames(cluster, namespace, "app=trident.netapp.io");
    return legacyEtcdctl(cluster.kubeconfig, namespace, pod ?? "", words);
  }
});

const lateStorageClass = JSON.stringify({ config: { version: "1", name: "late", attributes: { media: "ssd" } } });

function assertOneError(operation: Operation, named: string): void {
  const diagnostics = operation.printed.slice(operation.printed.indexOf("Diagnostics:"));
  assert.ok(diagnostics.includes(named), `the error names ${named}:\n${operation.printed}`);
  assert.ok(!operation.printed.includes(backendPassword), "a backend password was printed");
  assert.ok(!/^\s+at .*:\d+:\d+\)?$/m.test(diagnostics), `the error is no stack trace:\n${diagnostics}`);
}
