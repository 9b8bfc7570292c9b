import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { newestApis, type ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";

import type { AccessToCluster } from "./cluster-access.ts";
import { annotateWithStack, stackName } from "./stack-annotations.ts";
import type { Identity } from "./stack-identity.ts";

/** For all that is made in Kubernetes: through one provider, annotated with whose it is, and removed before `lasting` is. */
export function kubernetesOptions(
  { kubeconfig, context }: AccessToCluster["inputs"],
  { clusterUid, stackUid }: Identity,
  lasting: pulumi.Resource,
  apis: ClusterApis = newestApis,
): pulumi.ComponentResourceOptions & { readonly providers: { readonly kubernetes: kubernetes.Provider } } {
  const cluster = new kubernetes.Provider(
    "cluster",
    {
      // Empty, the environment decides in each run, as for kubectl; left out, the SDK would record what KUBECONFIG is now.
      kubeconfig: kubeconfig ?? "",
      ...(context === undefined ? {} : { context }),
      // However a kubeconfig spells it, it is the same cluster, and nothing in it is replaced.
      clusterIdentifier: clusterUid,
      // A renewed certificate, or the migration's record, changes its object; it would otherwise be replaced.
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      ...(apis.serverSideApply ? {} : { enableServerSideApply: false }),
    },
    { dependsOn: [lasting] },
  );
  return { providers: { kubernetes: cluster }, transforms: [annotateWithStack(stackName(), stackUid, apis)] };
}
