import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { killUp } from "./kill-pulumi.ts";
import { legacyDeploymentFields } from "./legacy-deployment-fields.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, eventually, objectsAround } from "./sandbox-cluster.ts";

const namespace = "e2e-killed-destroyed";
const kubeconfig = kubeconfigPath;

describe("a migration that is killed, and its stack then destroyed", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let fieldsBefore: unknown;
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;
  let objectsBefore: string[];

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 300, backendPassword: "not-printed" }, console.log);
    fieldsBefore = await legacyDeploymentFields(cluster, namespace);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    objectsBefore = await lastingObjects();
    stack = await createTestStack("e2e-killed-destroyed", { namespace, migrate: "true" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("has the old Trident put back when it was killed after the stop", async () => {
    await killUp(stack, () =>
      eventually("the old Trident is stopped", async () => (await replicasOf("trident")) === 0, 300),
    );
    await destroyed();
  });

  it("has it put back when it was killed while the new one started", async () => {
    await killUp(stack, () =>
      eventually(
        "the new Trident is being started",
        async () => (await replicasOf("trident-external-etcd")) === 1,
        300,
      ),
    );
    await destroyed();
  });

  /** Destroys the stack; the old Trident must be back as it was, and nothing else be there. */
  async function destroyed(): Promise<void> {
    assert.equal(await replicasOf("trident"), 0);
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    assert.match(destroy.printed, /PersistentVolumeClaim trident: THE OLD .*: needed by Deployment trident$/m);
    assert.deepEqual(await legacyDeploymentFields(cluster, namespace), fieldsBefore);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
    await eventually("only what was there before is left", async () => {
      return JSON.stringify(await lastingObjects()) === JSON.stringify(objectsBefore);
    }).catch(async () => {
      assert.deepEqual(await lastingObjects(), objectsBefore);
    });
  }

  async function replicasOf(name: string): Promise<number | undefined> {
    const { items } = await cluster.apps.listNamespacedDeployment({ namespace });
    return items.find(({ metadata }) => metadata?.name === name)?.spec?.replicas;
  }

  /** The old Trident's pod has another name after each start. */
  async function lastingObjects(): Promise<string[]> {
    return (await objectsAround(cluster, namespace)).filter((name) => !name.startsWith("Pod/trident-"));
  }
});
