import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, objectsAround } from "./sandbox-cluster.ts";

const namespace = "e2e-says-no";
const enforce = "pod-security.kubernetes.io/enforce";

describe("an installation into a namespace that says no", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let objectsBefore: string[];

  before(async () => {
    await createNamespace(cluster, namespace, { [enforce]: "restricted" });
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-says-no", { namespace });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  async function refused(...said: RegExp[]): Promise<void> {
    const preview = await stack.preview();
    assert.ok(!preview.succeeded, preview.printed);
    for (const words of said) assert.match(preview.printed, words);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore, "a preview has made something");
  }

  async function setQuota(hard: Record<string, string>): Promise<void> {
    await cluster.core
      .deleteNamespacedResourceQuota({ namespace, name: "compute" })
      .catch((error: unknown) => void error);
    await cluster.core.createNamespacedResourceQuota({
      namespace,
      body: { metadata: { name: "compute" }, spec: { hard } },
    });
    await eventually("the quota is counted", async () => {
      const { status } = await cluster.core.readNamespacedResourceQuota({ namespace, name: "compute" });
      return Object.keys(status?.used ?? {}).length > 0;
    });
  }

  it("is blocked where restricted pods alone are taken, with the API server's words and the label to set", async () => {
    await refused(
      /an etcd member.*violates PodSecurity "restricted:latest"/,
      /the new Trident.*runAsNonRoot/,
      new RegExp(`kubectl label namespace ${namespace} ${enforce}=baseline --overwrite`),
    );
    const taken = await cluster.core.readNamespace({ name: namespace });
    Object.assign(taken.metadata?.labels ?? {}, { [enforce]: "baseline" });
    await cluster.core.replaceNamespace({ name: namespace, body: taken });
  });

  it("is blocked by a LimitRange that allows less than the pods ask for", async () => {
    const name = "small";
    await cluster.core.createNamespacedLimitRange({
      namespace,
      body: { metadata: { name }, spec: { limits: [{ type: "Container", max: { memory: "100Mi" } }] } },
    });
    await eventually("the LimitRange is in force", async () => {
      return (await stack.preview()).printed.includes("memory limit of 100Mi");
    });
    await refused(/an etcd member/, /get limitranges/);
    await cluster.core.deleteNamespacedLimitRange({ namespace, name });
  });

  it("is blocked by a quota for less than comes at once, with the numbers", async () => {
    await setQuota({ pods: "3" });
    await refused(/pods: 5 more where 3 is allowed and 0 used/, /patch resourcequota compute .*"pods":"5"/);
  });
});
