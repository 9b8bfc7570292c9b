import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AdmissionregistrationV1Api, CustomObjectsApi } from "@kubernetes/client-node";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { startUp } from "./running-up.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";

const namespace = "e2e-says-no";
const enforce = "pod-security.kubernetes.io/enforce";
const refusesTrident = "no-trident-today";

describe("an installation into a namespace that says no", () => {
  const cluster = connectSandbox();
  const policies = cluster.kubeconfig.makeApiClient(AdmissionregistrationV1Api);
  let stack: TestStack;
  let objectsBefore: string[];

  before(async () => {
    await createNamespace(cluster, namespace, { [enforce]: "restricted" });
    objectsBefore = await objectsAround(cluster, namespace);
    stack = await createTestStack("e2e-says-no", { namespace });
    await createPolicy();
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await policies.deleteValidatingAdmissionPolicyBinding({ name: refusesTrident });
    await policies.deleteValidatingAdmissionPolicy({ name: refusesTrident });
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

  /** Refuses Trident's pods in a namespace with its label. */
  async function createPolicy(): Promise<void> {
    const metadata = { name: refusesTrident };
    await policies.createValidatingAdmissionPolicy({
      body: {
        metadata,
        spec: {
          matchConstraints: {
            resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
          },
          validations: [
            { expression: "object.metadata.labels[?'app'].orValue('') != 'trident.netapp.io'", message: "not today" },
          ],
        },
      },
    });
    await policies.createValidatingAdmissionPolicyBinding({
      body: {
        metadata,
        spec: {
          policyName: refusesTrident,
          validationActions: ["Deny"],
          matchResources: { namespaceSelector: { matchLabels: { [refusesTrident]: "true" } } },
        },
      },
    });
  }

  async function labelNamespace(changed: Record<string, string>): Promise<void> {
    const { metadata } = await cluster.core.readNamespace({ name: namespace });
    const body = { metadata: { name: namespace, labels: { ...metadata?.labels, ...changed } } };
    await cluster.core.replaceNamespace({ name: namespace, body });
  }

  async function freeQuota(): Promise<void> {
    await cluster.core.deleteNamespacedResourceQuota({ namespace, name: "compute" });
  }

  it("is blocked where restricted pods alone are taken, with the API server's words and the label to set", async () => {
    await refused(
      /an etcd member.*violates PodSecurity "restricted:latest"/,
      /the new Trident.*runAsNonRoot/,
      new RegExp(`kubectl label namespace ${namespace} ${enforce}=baseline --overwrite`),
    );
    await labelNamespace({ [enforce]: "baseline" });
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

  it("is blocked by a quota for less than comes at once, with the numbers, and by an admission policy, with its name", async () => {
    await setQuota({ pods: "3" });
    await labelNamespace({ [refusesTrident]: "true" });
    await refused(
      /pods: 5 more where 3 is allowed and 0 used/,
      /patch resourcequota compute .*"pods":"5"/,
      /the new Trident \(.*not today/,
      new RegExp(`get validatingadmissionpolicy ${refusesTrident}`),
    );
    await labelNamespace({ [refusesTrident]: "false" });
    await freeQuota();
  });

  it("is given up by the etcd-operator where a quota refuses the first member after the plan; the next plan has the way", async () => {
    const up = startUp(stack);
    await up.until(eventually("the operator is there", () => hasPods("name=etcd-operator", 1)));
    await setQuota({ pods: "1" });
    const said = /EtcdCluster trident-etcd in namespace .*exceeded quota: compute.*delete etcdcluster trident-etcd/;
    await up.until(eventually("it is told", () => Promise.resolve(said.test(up.printed()))));
    up.interrupt();
    await up.ended;
    await freeQuota();
    const { printed } = await stack.preview();
    assert.match(printed, /has given up EtcdCluster trident-etcd .*exceeded quota: compute/);
    assert.match(printed, new RegExp(`kubectl --namespace ${namespace} delete etcdcluster trident-etcd`));
    await cluster.kubeconfig.makeApiClient(CustomObjectsApi).deleteNamespacedCustomObject({
      ...{ group: "etcd.database.coreos.com", version: "v1beta2", plural: "etcdclusters" },
      ...{ namespace, name: "trident-etcd" },
    });
  });

  it("fails in the etcd-operator's own words where a quota refuses the third member after the plan", async () => {
    await stack.configure({ namespace, timeoutSeconds: "60" });
    const up = startUp(stack);
    await up.until(eventually("the first member is there", () => hasPods("app=etcd", 1)));
    await setQuota({ pods: "3" });
    assert.notEqual(await up.ended, 0);
    assert.match(
      up.printed(),
      /EtcdCluster trident-etcd in namespace \S+ can't have a pod made: .*exceeded quota: compute.*tried again and again/,
    );
    await freeQuota();
  });

  it("goes on with the next up, under baseline; and with the same one once what refused Trident's pod is gone", async () => {
    await stack.configure({ namespace });
    const up = startUp(stack);
    await up.until(eventually("its plan is made", () => Promise.resolve(up.printed().includes("running Plan for"))));
    await labelNamespace({ [refusesTrident]: "true" });
    const said = /Deployment trident in namespace .*not today/;
    await up.until(eventually("it is told", () => Promise.resolve(said.test(up.printed()))));
    await labelNamespace({ [refusesTrident]: "false" });
    assert.equal(await up.ended, 0, up.printed());
    const { metadata } = await cluster.core.readNamespace({ name: namespace });
    assert.equal(metadata?.labels?.[enforce], "baseline");
  });

  async function hasPods(selector: string, count: number): Promise<boolean> {
    return (await podNames(cluster, namespace, selector)).length >= count;
  }
});
