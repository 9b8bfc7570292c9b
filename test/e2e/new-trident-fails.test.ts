import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf, parseKeys } from "./etcd-keys.ts";
import { legacyDeploymentFields } from "./legacy-deployment-fields.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, podNames } from "./sandbox-cluster.ts";
import { importTridentThatKeepsEnding, tridentThatKeepsEnding } from "./trident-that-keeps-ending.ts";

const namespace = "e2e-new-trident-fails";
const kubeconfig = kubeconfigPath;
const tridentPods = "app=trident.netapp.io";
const settings = { namespace, migrate: "true", timeoutSeconds: "120" };

describe("a migration whose new Trident keeps restarting", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let fieldsBefore: unknown;
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;

  before(async () => {
    await importTridentThatKeepsEnding();
    await installLegacyTrident({ kubeconfig, namespace, volumes: 300, backendPassword: "not-printed" }, console.log);
    fieldsBefore = await legacyDeploymentFields(cluster, namespace);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    stack = await createTestStack("e2e-new-trident-fails", { ...settings, tridentImage: tridentThatKeepsEnding });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("fails with what was expected of it and the last lines of its log", async () => {
    const up = await stack.up();
    assert.ok(!up.succeeded, up.printed);
    const diagnostics = up.printed.slice(up.printed.indexOf("Diagnostics:"));
    assert.match(diagnostics, /new Trident \(netapp\/trident:19\.04\.0-keeps-ending\).*keeps ending: 3 times/);
    assert.match(diagnostics, /last lines of its log:.*flag provided but not defined: -etcd_v3/s);
    assert.match(diagnostics, /300 volumes.*it never listed any/s);
    assert.match(diagnostics, /old Trident is serving again/);
    assert.ok(!/^\s+at .*:\d+:\d+\)?$/m.test(diagnostics), `the error is no stack trace:\n${diagnostics}`);
    assert.ok(!up.printed.includes("not-printed"), "a backend password was printed");
  });

  it("has put the old Trident back as it was, all of its fields, and it serves", async () => {
    assert.deepEqual(await legacyDeploymentFields(cluster, namespace), fieldsBefore);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
  });

  it("has left nothing of the new one, nor of the copy", async () => {
    const deployments = await cluster.apps.listNamespacedDeployment({ namespace });
    assert.deepEqual(
      deployments.items.map(({ metadata }) => metadata?.name).filter((name) => name?.startsWith("trident")),
      ["trident"],
    );
    assert.equal((await podNames(cluster, namespace, tridentPods)).length, 1);
    const [member = ""] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    const words = ["get", "/trident/", "--prefix", "--keys-only", "-w", "json"];
    assert.equal(parseKeys(await memberEtcdctlOf(cluster.kubeconfig, namespace, member, words)).size, 0);
  });

  it("is completed by the next up with an image that serves, in one start of it", async () => {
    await stack.configure({ ...settings, tridentImage: "netapp/trident:19.04.0" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);

    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: tridentPods });
    const names = items.map(({ metadata }) => metadata?.name ?? "");
    assert.equal(names.length, 1, names.join(", "));
    // Named after the Deployment that it was started by: the stack's own has taken it over as it ran.
    assert.match(names[0] ?? "", /^trident-external-etcd-/);
    assert.equal(items[0]?.status?.containerStatuses?.[0]?.restartCount, 0);
    const { items: replicaSets } = await cluster.apps.listNamespacedReplicaSet({
      namespace,
      labelSelector: tridentPods,
    });
    assert.deepEqual(
      replicaSets.map(({ metadata }) => metadata?.ownerReferences?.[0]?.name),
      ["trident"],
    );
  });

  it("is left as it is by another up", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
  });
});
