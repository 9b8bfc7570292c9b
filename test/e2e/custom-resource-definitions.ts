import { CustomObjectsApi, type KubernetesObject } from "@kubernetes/client-node";
import { servedVersion, type SandboxCluster } from "./sandbox-cluster.ts";

const group = "apiextensions.k8s.io";
const plural = "customresourcedefinitions";

export interface Definition extends KubernetesObject {
  readonly spec: unknown;
}

export interface DefinitionNames {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  /** Of the resource: the only one that is served. */
  readonly version: string;
}

/** In the version of the API that the cluster serves, here and below. */
export async function findDefinition(cluster: SandboxCluster, name: string): Promise<Definition | undefined> {
  const { api, version } = await definitionApi(cluster);
  const { items } = (await api.listClusterCustomObject({ group, version, plural })) as { items: Definition[] };
  return items.find(({ metadata }) => metadata?.name === name);
}

/** Of a namespaced resource whose fields may be anything. */
export async function createDefinition(cluster: SandboxCluster, resource: DefinitionNames): Promise<void> {
  const { api, version } = await definitionApi(cluster);
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const served =
    version === "v1beta1"
      ? { version: resource.version }
      : { versions: [{ name: resource.version, served: true, storage: true, schema }] };
  const { kind } = resource;
  const body = {
    apiVersion: `${group}/${version}`,
    kind: "CustomResourceDefinition",
    metadata: { name: `${resource.plural}.${resource.group}` },
    spec: {
      group: resource.group,
      scope: "Namespaced",
      names: { kind, listKind: `${kind}List`, plural: resource.plural, singular: kind.toLowerCase() },
      ...served,
    },
  };
  await api.createClusterCustomObject({ group, version, plural, body });
}

export async function deleteDefinition(cluster: SandboxCluster, name: string): Promise<void> {
  const { api, version } = await definitionApi(cluster);
  await api.deleteClusterCustomObject({ group, version, plural, name });
}

async function definitionApi(cluster: SandboxCluster): Promise<{ api: CustomObjectsApi; version: string }> {
  return {
    api: cluster.kubeconfig.makeApiClient(CustomObjectsApi),
    version: await servedVersion(cluster, group),
  };
}
