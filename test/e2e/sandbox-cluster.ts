import assert from "node:assert/strict";
import {
  ApiextensionsV1Api,
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  NetworkingV1Api,
  PolicyV1Api,
  RbacAuthorizationV1Api,
  type KubernetesObject,
} from "@kubernetes/client-node";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";

/** The sandbox as the tests see it: through the API, with nothing of the project's own code in between. */
export interface SandboxCluster {
  readonly kubeconfig: KubeConfig;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
}

export function connectSandbox(): SandboxCluster {
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile(kubeconfigPath);
  return { kubeconfig, core: kubeconfig.makeApiClient(CoreV1Api), apps: kubeconfig.makeApiClient(AppsV1Api) };
}

export async function createNamespace(
  cluster: SandboxCluster,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  await cluster.core.createNamespace({ body: { metadata: { name, labels, annotations } } });
}

export async function deleteNamespace(cluster: SandboxCluster, name: string): Promise<void> {
  await cluster.core.deleteNamespace({ name });
  await eventually(`namespace ${name} is gone`, async () => {
    const namespaces = await cluster.core.listNamespace();
    return !namespaces.items.some((namespace) => namespace.metadata?.name === name);
  });
}

/** The names of the running pods that a label selector picks. */
export async function podNames(cluster: SandboxCluster, namespace: string, labelSelector: string): Promise<string[]> {
  const pods = await cluster.core.listNamespacedPod({ namespace, labelSelector });
  return pods.items.filter((pod) => pod.metadata?.deletionTimestamp === undefined).map(nameOf);
}

/**
 * Every object that a stack could leave behind, as `Kind/name`: those of the namespace, and the cluster-wide kinds
 * that the program creates. What Kubernetes itself puts into each namespace is left out.
 */
export async function objectsAround(cluster: SandboxCluster, namespace: string): Promise<string[]> {
  const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
  const extensions = cluster.kubeconfig.makeApiClient(ApiextensionsV1Api);
  const lists: [kind: string, list: Promise<{ items: KubernetesObject[] }>][] = [
    ["ConfigMap", cluster.core.listNamespacedConfigMap({ namespace })],
    ["Deployment", cluster.apps.listNamespacedDeployment({ namespace })],
    ["Endpoints", cluster.core.listNamespacedEndpoints({ namespace })],
    ["NetworkPolicy", cluster.kubeconfig.makeApiClient(NetworkingV1Api).listNamespacedNetworkPolicy({ namespace })],
    ["PersistentVolumeClaim", cluster.core.listNamespacedPersistentVolumeClaim({ namespace })],
    [
      "PodDisruptionBudget",
      cluster.kubeconfig.makeApiClient(PolicyV1Api).listNamespacedPodDisruptionBudget({ namespace }),
    ],
    ["Pod", cluster.core.listNamespacedPod({ namespace })],
    ["Role", rbac.listNamespacedRole({ namespace })],
    ["RoleBinding", rbac.listNamespacedRoleBinding({ namespace })],
    ["Secret", cluster.core.listNamespacedSecret({ namespace })],
    ["Service", cluster.core.listNamespacedService({ namespace })],
    ["ServiceAccount", cluster.core.listNamespacedServiceAccount({ namespace })],
    ["ClusterRole", rbac.listClusterRole()],
    ["ClusterRoleBinding", rbac.listClusterRoleBinding()],
    ["CustomResourceDefinition", extensions.listCustomResourceDefinition()],
    ["PersistentVolume", cluster.core.listPersistentVolume()],
  ];
  const named: string[] = [];
  for (const [kind, list] of lists) {
    named.push(...(await list).items.map((object) => `${kind}/${nameOf(object)}`));
  }
  const ofEachNamespace = ["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"];
  return named.filter((name) => !ofEachNamespace.includes(name)).sort();
}

/** Waits until the condition holds; a test that waits in vain fails with what it waited for. */
export async function eventually(what: string, holds: () => Promise<boolean>, seconds = 120): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited ${seconds} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function nameOf(object: KubernetesObject): string {
  return object.metadata?.name ?? "";
}
