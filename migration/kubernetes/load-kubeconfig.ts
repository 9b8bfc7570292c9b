import { ClusterUnreachableError } from "./errors.ts";
import { chooseAccess } from "./kubeconfig/choose-access.ts";
import { ClientConfiguration } from "./kubeconfig/client-configuration.ts";
import { inCluster } from "./kubeconfig/in-cluster.ts";
import { KubeconfigError } from "./kubeconfig/kubeconfig-error.ts";
import type { Kubeconfig } from "./kubeconfig/parse-kubeconfig.ts";
import {
  isContents,
  kubeconfigPaths,
  readGivenKubeconfig,
  readKubeconfigOf,
  type Environment,
} from "./kubeconfig/read-kubeconfig.ts";

export { isContents } from "./kubeconfig/read-kubeconfig.ts";

/** Which cluster to talk to, said as Pulumi's own `kubernetes:` settings say it. */
export interface ClusterAccess {
  /** A kubeconfig's path or its contents; without it the files of KUBECONFIG, `~/.kube/config`, or the pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** A context of it; without it the current one. */
  readonly context?: string | undefined;
  /** The uid of its namespace kube-system: any other cluster is refused with an OtherClusterError. Without it, any will do. */
  readonly clusterUid?: string | undefined;
}

/**
 * What kubectl would use, checked as far as it can be without asking the cluster. Raises ClusterUnreachableError for a kubeconfig
 * that is missing, unreadable, wrong, or lacks the context; it says where, and nothing of what is written there.
 */
export function loadKubeconfig(access: ClusterAccess, environment: Environment = process.env): ClientConfiguration {
  try {
    const kubeconfig = readKubeconfig(access, environment);
    return new ClientConfiguration(chooseAccess(kubeconfig, access.context ?? ""), environment);
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new ClusterUnreachableError(`of ${describeOrigin(access, environment)}`, error.message);
  }
}

function readKubeconfig({ kubeconfig = "", context = "" }: ClusterAccess, environment: Environment): Kubeconfig {
  if (kubeconfig !== "") return readGivenKubeconfig(kubeconfig);
  const found = readKubeconfigOf(environment);
  // The pod's service account is for whom no kubeconfig tells of a cluster, as with kubectl.
  const chosen = (found?.currentContext ?? "") === "" && context === "" ? (inCluster(environment) ?? found) : found;
  if (chosen !== undefined) return chosen;
  throw new KubeconfigError(
    (environment.KUBECONFIG ?? "") === ""
      ? "there is neither a KUBECONFIG nor a ~/.kube/config"
      : `none of its files is there: ${kubeconfigPaths(environment).join(", ")}`,
  );
}

function describeOrigin({ kubeconfig = "" }: ClusterAccess, environment: Environment): string {
  if (kubeconfig === "") {
    const variable = environment.KUBECONFIG ?? "";
    return variable === "" ? "the default kubeconfig" : `KUBECONFIG=${variable}`;
  }
  return isContents(kubeconfig) ? "the setting kubernetes:kubeconfig" : `kubeconfig ${kubeconfig}`;
}
