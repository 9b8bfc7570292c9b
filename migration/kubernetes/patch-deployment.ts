import { PatchStrategy, setHeaderOptions, type V1ObjectMeta } from "@kubernetes/client-node";
import type { ClusterClient } from "./cluster-client.ts";

/** Which Deployment, and that it is to be that one still: the API refuses the patch if another one has taken the name. */
export type DeploymentIdentity = Pick<V1ObjectMeta, "namespace" | "name" | "uid">;

/** Sets and, with null, removes annotations, and sets the replicas; what is not given stays. */
export async function patchDeployment(
  cluster: Pick<ClusterClient, "apps">,
  { namespace = "", name = "", uid = "" }: DeploymentIdentity,
  { annotations, replicas }: { annotations?: Readonly<Record<string, string | null>>; replicas?: number },
): Promise<void> {
  const metadata = { uid, ...(annotations === undefined ? {} : { annotations }) };
  const body = { metadata, ...(replicas === undefined ? {} : { spec: { replicas } }) };
  await cluster.apps.patchNamespacedDeployment(
    { namespace, name, body },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}
