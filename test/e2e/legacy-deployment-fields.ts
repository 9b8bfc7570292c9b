import type { SandboxCluster } from "./sandbox-cluster.ts";

/** All that a user may have put into the legacy Deployment, and its identity: what an undo must give back. */
export async function legacyDeploymentFields(cluster: SandboxCluster, namespace: string): Promise<unknown> {
  const { metadata, spec } = await cluster.apps.readNamespacedDeployment({ name: "trident", namespace });
  return {
    uid: metadata?.uid,
    labels: metadata?.labels,
    // The Deployment controller's own changes with each rollout.
    annotations: { ...metadata?.annotations, "deployment.kubernetes.io/revision": undefined },
    ownerReferences: metadata?.ownerReferences,
    finalizers: metadata?.finalizers,
    spec: JSON.parse(JSON.stringify(spec)) as unknown,
  };
}
