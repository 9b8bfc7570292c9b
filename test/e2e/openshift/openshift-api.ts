import { ApiextensionsV1Api, CustomObjectsApi } from "@kubernetes/client-node";
import { eventually, type SandboxCluster } from "../sandbox-cluster.ts";

const group = "security.openshift.io";
const plural = "securitycontextconstraints";
const definition = `${plural}.${group}`;

/** Serves the API group by which OpenShift is told, with two of its SecurityContextConstraints, as far as they matter here. */
export async function serveOpenshiftApi(cluster: SandboxCluster): Promise<void> {
  const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  await cluster.kubeconfig.makeApiClient(ApiextensionsV1Api).createCustomResourceDefinition({
    body: {
      metadata: { name: definition },
      spec: {
        group,
        scope: "Cluster",
        names: { plural, singular: plural, kind: "SecurityContextConstraints", shortNames: ["scc"] },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    },
  });
  const constraints = {
    anyuid: { priority: 10, runAsUser: { type: "RunAsAny" }, fsGroup: { type: "RunAsAny" } },
    restricted: { runAsUser: { type: "MustRunAsRange" }, fsGroup: { type: "MustRunAs" } },
  };
  for (const [name, fields] of Object.entries(constraints)) {
    const body = { apiVersion: `${group}/v1`, kind: "SecurityContextConstraints", metadata: { name }, ...fields };
    await eventually(`${name} is kept`, () => create(cluster, body), 30);
  }
}

/** False while the definition is not served yet. */
async function create(cluster: SandboxCluster, body: object): Promise<boolean> {
  const objects = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
  return objects.createClusterCustomObject({ group, version: "v1", plural, body }).then(
    () => true,
    (error: unknown) => {
      if ((error as { code?: number }).code === 404) return false;
      throw error;
    },
  );
}

/** Until nothing on the cluster looks like OpenShift any more. */
export async function removeOpenshiftApi(cluster: SandboxCluster): Promise<void> {
  const extensions = cluster.kubeconfig.makeApiClient(ApiextensionsV1Api);
  await extensions.deleteCustomResourceDefinition({ name: definition });
  const objects = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
  await eventually(
    `${group} is not served any more`,
    () =>
      objects.getAPIResources({ group, version: "v1" }).then(
        () => false,
        (error: unknown) => (error as { code?: number }).code === 404,
      ),
    60,
  );
}
