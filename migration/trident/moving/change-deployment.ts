import { PatchStrategy, setHeaderOptions, type V1Deployment, type V1DeploymentSpec } from "@kubernetes/client-node";
import type { ClusterClient } from "../../kubernetes/cluster-client.ts";

type ManagedFields = NonNullable<NonNullable<V1Deployment["metadata"]>["managedFields"]>[number];

/**
 * Has the stack's own Deployment say something else, as Pulumi would: in its name where it applies objects, so that the fields stay
 * its alone, and what it leaves out later goes.
 */
export async function changeDeployment(
  cluster: ClusterClient,
  deployment: V1Deployment,
  spec: V1DeploymentSpec,
): Promise<void> {
  const { name = "", namespace = "", uid, managedFields = [] } = deployment.metadata ?? {};
  const owner = managedFields.find(isPulumis);
  if (owner === undefined) {
    const body = [
      { op: "test", path: "/metadata/uid", value: uid },
      { op: "replace", path: "/spec", value: spec },
    ];
    const options = setHeaderOptions("Content-Type", PatchStrategy.JsonPatch);
    await cluster.apps.patchNamespacedDeployment({ namespace, name, body }, options);
    return;
  }
  const metadata = { name, namespace, uid, ...ownedMetadata(deployment, owner) };
  const body = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
  await cluster.apps.patchNamespacedDeployment(
    { namespace, name, body, fieldManager: owner.manager ?? "", force: true },
    setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply),
  );
}

function isPulumis({ manager = "", operation }: ManagedFields): boolean {
  return operation === "Apply" && manager.startsWith("pulumi-kubernetes");
}

/** The labels and annotations that it has set; others are somebody else's. */
function ownedMetadata(
  { metadata }: V1Deployment,
  owner: ManagedFields,
): Pick<V1Deployment["metadata"] & object, "labels" | "annotations"> {
  const fields = (
    owner.fieldsV1 as { readonly "f:metadata"?: Readonly<Record<string, object | undefined>> } | undefined
  )?.["f:metadata"];
  const owned = (name: "labels" | "annotations"): Record<string, string> =>
    Object.fromEntries(
      Object.entries(metadata?.[name] ?? {}).filter(([key]) => Object.hasOwn(fields?.[`f:${name}`] ?? {}, `f:${key}`)),
    );
  return { labels: owned("labels"), annotations: owned("annotations") };
}
