import assert from "node:assert/strict";
import {
  ApisApi,
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
  RbacAuthorizationV1Api,
  VersionApi,
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

/** That of EtcdCluster, which a destroy keeps where it may not see who uses it. */
export async function removeCrd(cluster: SandboxCluster): Promise<void> {
  const group = "apiextensions.k8s.io";
  const crd = { group, plural: "customresourcedefinitions", name: "etcdclusters.etcd.database.coreos.com" };
  const version = await servedVersion(cluster, group);
  const custom = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
  await custom.deleteClusterCustomObject({ ...crd, version }).catch((error: unknown) => {
    if ((error as { code?: number }).code !== 404) throw error;
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
  // Of these two, an old cluster serves another version.
  const served = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
  const policies = { group: "policy", version: await servedVersion(cluster, "policy") };
  const extensions = { group: "apiextensions.k8s.io", version: await servedVersion(cluster, "apiextensions.k8s.io") };
  const lists: [kind: string, list: Promise<ObjectList>][] = [
    ["ConfigMap", cluster.core.listNamespacedConfigMap({ namespace })],
    ["Deployment", cluster.apps.listNamespacedDeployment({ namespace })],
    ["Endpoints", cluster.core.listNamespacedEndpoints({ namespace })],
    ["NetworkPolicy", cluster.kubeconfig.makeApiClient(NetworkingV1Api).listNamespacedNetworkPolicy({ namespace })],
    ["PersistentVolumeClaim", cluster.core.listNamespacedPersistentVolumeClaim({ namespace })],
    [
      "PodDisruptionBudget",
      served.listNamespacedCustomObject({
        ...policies,
        namespace,
        plural: "poddisruptionbudgets",
      }) as Promise<ObjectList>,
    ],
    ["Pod", cluster.core.listNamespacedPod({ namespace })],
    ["Role", rbac.listNamespacedRole({ namespace })],
    ["RoleBinding", rbac.listNamespacedRoleBinding({ namespace })],
    ["Secret", cluster.core.listNamespacedSecret({ namespace })],
    ["Service", cluster.core.listNamespacedService({ namespace })],
    ["ServiceAccount", cluster.core.listNamespacedServiceAccount({ namespace })],
    ["ClusterRole", rbac.listClusterRole()],
    ["ClusterRoleBinding", rbac.listClusterRoleBinding()],
    [
      "CustomResourceDefinition",
      served.listClusterCustomObject({ ...extensions, plural: "customresourcedefinitions" }) as Promise<ObjectList>,
    ],
    ["PersistentVolume", cluster.core.listPersistentVolume()],
  ];
  const named: string[] = [];
  for (const [kind, list] of lists) {
    named.push(...(await list).items.map((object) => `${kind}/${nameOf(object)}`));
  }
  // A token Secret comes and goes with its service account, on an old cluster.
  const ofKubernetes = /^(ConfigMap\/kube-root-ca\.crt|ServiceAccount\/default|Secret\/.+-token-[a-z0-9]{5})$/;
  return named.filter((name) => !ofKubernetes.test(name)).sort();
}

interface ObjectList {
  readonly items: KubernetesObject[];
}

/** Of Kubernetes 1. */
export async function minorVersion(cluster: SandboxCluster): Promise<number> {
  const { minor } = await cluster.kubeconfig.makeApiClient(VersionApi).getCode();
  return Number.parseInt(minor, 10);
}

/** The version of an API group that the cluster prefers, such as `v1` of `policy`. */
export async function servedVersion(cluster: SandboxCluster, group: string): Promise<string> {
  const { groups } = await cluster.kubeconfig.makeApiClient(ApisApi).getAPIVersions();
  const version = groups.find(({ name }) => name === group)?.preferredVersion?.version;
  assert.ok(version, `the cluster does not serve ${group}`);
  return version;
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
