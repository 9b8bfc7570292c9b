import { managedByLabel, managedByValue } from "../../../../migration/kubernetes/ownership.ts";
import { newTridentName, type NewTridentSpec } from "../../../../migration/trident/new/new-trident.ts";
import type { FakeKubernetes, FakeObject } from "../../kubernetes/fake-kubernetes.ts";

export const namespace = "trident";
export const deploymentPath = `/apis/apps/v1/namespaces/${namespace}/deployments/${newTridentName}`;
export const podPath = `/api/v1/namespaces/${namespace}/pods/${newTridentName}-1`;
export const labels = {
  app: "trident.netapp.io",
  "app.kubernetes.io/name": "trident",
  [managedByLabel]: managedByValue,
};

export function newTridentSpec(): NewTridentSpec {
  return {
    replicas: 1,
    selector: { matchLabels: { app: "trident.netapp.io" } },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "trident-main", image: "netapp/trident:19.04.0" }] },
    },
  };
}

/** The Deployment's controllers and the kubelet: a pod in the state while there is to be one. */
export function runPods(fake: FakeKubernetes, status: () => Record<string, unknown>): void {
  fake.controller = (path, object) => {
    if (path !== deploymentPath) return;
    const { replicas } = object.spec as NewTridentSpec;
    if (replicas === 0) fake.objects.delete(podPath);
    else fake.objects.set(podPath, pod(status()));
  };
}

export function pod(status: Record<string, unknown>): FakeObject {
  return {
    metadata: { name: `${newTridentName}-1`, labels },
    spec: { containers: [{ name: "trident-main", image: "netapp/trident:19.04.0" }] },
    status,
  };
}
