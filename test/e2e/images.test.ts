import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { legacyDeploymentFields } from "./legacy-deployment-fields.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, podNames } from "./sandbox-cluster.ts";

const kubeconfig = kubeconfigPath;
const there = "netapp/trident:19.04.0";
const missing = "netapp/trident:19.04.0-not-there";

const cluster = connectSandbox();

describe("a migration to a Trident whose image can't be pulled", () => {
  const namespace = "e2e-images-migrate";
  const settings = { namespace, migrate: "true", etcdClusterSize: "1", timeoutSeconds: "120" };
  let stack: TestStack;
  let fieldsBefore: unknown;
  let podBefore: string;
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 20, backendPassword: "not-printed" }, console.log);
    fieldsBefore = await legacyDeploymentFields(cluster, namespace);
    podBefore = await tridentAsItRuns(namespace);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    stack = await createTestStack("e2e-images-migrate", { ...settings, tridentImage: missing });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("fails with the image, the kubelet's reason and the setting, and has stopped nothing", async () => {
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assertTold(up.printed);
    assert.equal(await tridentAsItRuns(namespace), podBefore);
    assert.deepEqual(await legacyDeploymentFields(cluster, namespace), fieldsBefore);
    assert.deepEqual(await pullingPods(namespace), []);
  });

  it("is made by the next up with an image that is there", async () => {
    await stack.configure({ ...settings, tridentImage: there });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
    assert.deepEqual(await pullingPods(namespace), []);
  });

  it("leaves the new Trident as it runs, too, when it is to have such an image", async () => {
    const before = await tridentAsItRuns(namespace);
    await stack.configure({ ...settings, tridentImage: missing });
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assertTold(up.printed);
    assert.match(up.printed, /The Trident that runs is left as it is/);
    assert.equal(await tridentAsItRuns(namespace), before);
    assert.deepEqual(await pullingPods(namespace), []);

    await stack.configure({ ...settings, tridentImage: there });
    const again = await stack.up();
    assert.ok(again.succeeded, again.printed);
    // What is recorded of a component's arguments, no object.
    assert.ok(
      Object.keys(again.changes).every((change) => change === "same" || change === "update"),
      again.printed,
    );
    assert.equal(await tridentAsItRuns(namespace), before);
  });
});

describe("an installation of a Trident whose image can't be pulled", () => {
  const namespace = "e2e-images-install";
  const settings = { namespace, etcdClusterSize: "1", timeoutSeconds: "120" };
  let stack: TestStack;

  before(async () => {
    await createNamespace(cluster, namespace);
    stack = await createTestStack("e2e-images-install", { ...settings, tridentImage: missing });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("fails with the image, the kubelet's reason and the setting, before a Trident is made", async () => {
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    assertTold(up.printed);
    assert.deepEqual(await podNames(cluster, namespace, tridentPods), []);
    assert.deepEqual(await pullingPods(namespace), []);
  });

  it("is made by the next up with an image that is there", async () => {
    await stack.configure({ ...settings, tridentImage: there });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.equal((await podNames(cluster, namespace, tridentPods)).length, 1);
    assert.deepEqual(await pullingPods(namespace), []);
  });
});

const tridentPods = "app=trident.netapp.io";

function assertTold(printed: string): void {
  const diagnostics = printed.slice(printed.indexOf("Diagnostics:"));
  assert.match(
    diagnostics,
    /Image \S*netapp\/trident:19\.04\.0-not-there can't be pulled .*(ErrImagePull|ImagePullBackOff)/s,
  );
  assert.match(diagnostics, /pulumi config set tridentImage IMAGE/);
  assert.ok(!/^\s+at .*:\d+:\d+\)?$/m.test(diagnostics), `the error is no stack trace:\n${diagnostics}`);
}

/** Changes when its pod is another one, or one of its containers was started anew. */
async function tridentAsItRuns(namespace: string): Promise<string> {
  const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: tridentPods });
  return JSON.stringify(
    items.map(({ metadata, status }) => [
      metadata?.uid,
      ...(status?.containerStatuses ?? []).map(({ name, restartCount }) => [name, restartCount]),
    ]),
  );
}

function pullingPods(namespace: string): Promise<string[]> {
  return podNames(cluster, namespace, "app.kubernetes.io/component=image-pull");
}
