import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClusterClient } from "../../../../migration/kubernetes/cluster-client.ts";
import { changeDeployment } from "../../../../migration/trident/moving/change-deployment.ts";
import { tridentOn } from "./moved-scene.ts";

describe("the stack's own Deployment", () => {
  it("is changed in Pulumi's name, with the labels and annotations that are Pulumi's and no others", async () => {
    const deployment = {
      ...tridentOn("https://old:2379"),
      metadata: {
        ...tridentOn("https://old:2379").metadata,
        annotations: { "pulumi.com/patchForce": "true", "deployment.kubernetes.io/revision": "3" },
        managedFields: [
          { manager: "kube-controller-manager", operation: "Update" },
          {
            manager: "pulumi-kubernetes-1a2b",
            operation: "Apply",
            fieldsV1: {
              "f:metadata": { "f:annotations": { "f:pulumi.com/patchForce": {} }, "f:labels": { "f:app": {} } },
            },
          },
        ],
      },
    };
    const { spec } = tridentOn("https://new:2379");
    const { calls, cluster } = recorded();
    await changeDeployment(cluster, deployment, spec);
    assert.equal(calls.length, 1);
    const { fieldManager, force, body } = calls[0] as { fieldManager: string; force: boolean; body: unknown };
    assert.deepEqual([fieldManager, force], ["pulumi-kubernetes-1a2b", true]);
    assert.deepEqual(body, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        ...{ name: "trident", namespace: "trident", uid: "uid-1" },
        labels: { app: "trident.netapp.io" },
        annotations: { "pulumi.com/patchForce": "true" },
      },
      spec,
    });
  });

  it("is changed as a whole where Pulumi does not apply, and only if it is still that one", async () => {
    const { spec } = tridentOn("https://new:2379");
    const { calls, cluster } = recorded();
    await changeDeployment(cluster, tridentOn("https://old:2379"), spec);
    assert.deepEqual((calls[0] as { body: unknown }).body, [
      { op: "test", path: "/metadata/uid", value: "uid-1" },
      { op: "replace", path: "/spec", value: spec },
    ]);
  });
});

function recorded(): { calls: unknown[]; cluster: ClusterClient } {
  const calls: unknown[] = [];
  const patchNamespacedDeployment = (call: unknown): Promise<void> => {
    calls.push(call);
    return Promise.resolve();
  };
  return { calls, cluster: { apps: { patchNamespacedDeployment } } as unknown as ClusterClient };
}
