import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PatchStrategy, SchedulingV1Api, setHeaderOptions, type V1PodSpec } from "@kubernetes/client-node";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { legacyDeploymentFields } from "./legacy-deployment-fields.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-placed-pods";
const proxyPassword = "never-to-be-seen";
const proxy = { name: "HTTPS_PROXY", value: `http://user:${proxyPassword}@proxy.invalid:3128` };
const hostAliases = [{ ip: "192.0.2.1", hostnames: ["storage.example.com"] }];
const tolerations = [{ key: "dedicated", operator: "Exists" }];
const label = "trident-etcd-test/storage";
// Those of Kubernetes itself are for namespace kube-system alone before 1.17.
const priorityClassName = "trident-etcd-test-storage";
const settings = {
  namespace,
  migrate: "true",
  etcdClusterSize: "1",
  timeoutSeconds: "240",
  operatorPod: JSON.stringify({ nodeSelector: { [label]: "yes" }, priorityClassName }),
  etcdPod: JSON.stringify({ nodeSelector: { [label]: "yes" }, env: [{ name: "ETCD_SNAPSHOT_COUNT", value: "5000" }] }),
};

describe("a Trident whose pod has what it needs to be pulled and placed", () => {
  const cluster = connectSandbox();
  const priorities = cluster.kubeconfig.makeApiClient(SchedulingV1Api);
  let stack: TestStack;
  let fieldsBefore: unknown;

  before(async () => {
    await labelNodes("yes");
    await priorities.createPriorityClass({ body: { metadata: { name: priorityClassName }, value: 1000 } });
    await installLegacyTrident(
      { kubeconfig: kubeconfigPath, namespace, volumes: 3, backendPassword: "unused" },
      console.log,
    );
    await cluster.core.createNamespacedSecret({
      namespace,
      body: {
        metadata: { name: "registry" },
        type: "kubernetes.io/dockerconfigjson",
        stringData: { ".dockerconfigjson": '{"auths":{}}' },
      },
    });
    await cluster.apps.patchNamespacedDeployment({ name: "trident", namespace, body: withMore }, strategicMerge);
    fieldsBefore = await oldFields();
    stack = await createTestStack("e2e-placed-pods", settings);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await priorities.deletePriorityClass({ name: priorityClassName });
    await labelNodes(null);
  });

  it("is refused, with nothing changed, while a Secret to pull with is missing", async () => {
    await stack.configure({ ...settings, imagePullSecrets: "missing" });
    const { succeeded, printed } = await stack.preview();
    assert.ok(!succeeded, printed);
    assert.match(printed, /Secret\/missing: .*there is none in namespace e2e-placed-pods/s);
    assert.match(printed, /patch serviceaccount default --patch '\{"imagePullSecrets":\[\{"name":"missing"\}\]\}'/);
  });

  it("has all of that on its new etcd, which the plan says without any value", async () => {
    await stack.configure({ ...settings, imagePullSecrets: "" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(
      up.printed,
      /carried over {3}imagePullSecrets \(registry\), .*env \(HTTPS_PROXY\).*; not env GODEBUG/s,
    );
    assert.ok(!up.printed.includes(proxyPassword), "a variable's value was printed");
    assert.ok(!(await stack.exportState()).includes(proxyPassword), "a variable's value is in the state, unencrypted");
    const pod = await podOf("trident");
    assert.deepEqual(pod.imagePullSecrets, [{ name: "registry" }]);
    assert.deepEqual(pod.nodeSelector, { [label]: "yes" });
    assert.deepEqual(pod.hostAliases, hostAliases);
    assert.deepEqual(pod.tolerations, tolerations);
    assert.equal(pod.priorityClassName, priorityClassName);
    assert.deepEqual(pod.containers[0]?.env, [proxy, { name: "NO_PROXY", value: "trident-etcd-client" }]);
  });

  it("has its operator and its members where their settings say", async () => {
    const operator = await podOf("etcd-operator");
    assert.deepEqual([operator.nodeSelector, operator.priorityClassName], [{ [label]: "yes" }, priorityClassName]);
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: "etcd_cluster=trident-etcd" });
    const [member] = items;
    assert.deepEqual(member?.spec?.nodeSelector, { [label]: "yes" });
    assert.deepEqual(
      member.spec.containers[0]?.env?.map(({ name, value = "" }) => `${name}=${value}`),
      ["ETCD_AUTO_COMPACTION_RETENTION=12", "ETCD_SNAPSHOT_COUNT=5000"],
    );
  });

  it("stays as it is in another up", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
  });

  it("has no member restarted by another setting for members", async () => {
    const before = await podNames(cluster, namespace, "etcd_cluster=trident-etcd");
    await stack.configure({ ...settings, imagePullSecrets: "", etcdPod: "" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await podNames(cluster, namespace, "etcd_cluster=trident-etcd"), before);
  });

  it("is as it was after a rollback", async () => {
    await stack.configure({ ...settings, imagePullSecrets: "", etcdPod: "", rollback: "true" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await oldFields(), fieldsBefore);
  });

  async function podOf(name: string): Promise<V1PodSpec> {
    const { spec } = await cluster.apps.readNamespacedDeployment({ name, namespace });
    assert.ok(spec?.template.spec);
    // Plain objects, which the client library reads into classes.
    return JSON.parse(JSON.stringify(spec.template.spec)) as V1PodSpec;
  }

  /** But for its identity: it is made anew. */
  async function oldFields(): Promise<unknown> {
    return { ...((await legacyDeploymentFields(cluster, namespace)) as object), uid: undefined };
  }

  async function labelNodes(value: string | null): Promise<void> {
    const { items } = await cluster.core.listNode();
    const body = { metadata: { labels: { [label]: value } } };
    for (const { metadata } of items) {
      await cluster.core.patchNode({ name: metadata?.name ?? "", body }, strategicMerge);
    }
  }
});

const strategicMerge = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

const withMore = {
  spec: {
    template: {
      spec: {
        imagePullSecrets: [{ name: "registry" }],
        nodeSelector: { [label]: "yes" },
        priorityClassName,
        ...{ hostAliases, tolerations },
        containers: [{ name: "trident-main", env: [proxy, { name: "GODEBUG", value: "x509ignoreCN=0" }] }],
      },
    },
  },
};
