import { etcdClusterApiPath } from "../../kubernetes/etcd-cluster-api.ts";
import { rbac } from "./stack-objects.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { ClusterReader, ServedObject } from "./cluster-reader.ts";

/** What an administrator has made for the whole cluster; each as far as it was asked for. */
export interface GivenObjects {
  /** Whether the API server knows EtcdClusters. */
  readonly servesEtcdClusters?: boolean;
  readonly tridents?: readonly GivenObject[];
}

export interface GivenObject {
  readonly kind: "ClusterRole" | "ClusterRoleBinding";
  readonly name: string;
  /** Undefined when it does not exist, or may not be looked at. */
  readonly served: ServedObject | undefined;
  readonly isHidden: boolean;
}

/** Other names than the stack's own, so that both may be there while one takes the place of the other. */
export function givenRoleName(namespace: string): string {
  return `trident-etcd-trident-${namespace}`;
}

export async function readGivenObjects(
  reader: Pick<ClusterReader, "read" | "refusalOf">,
  { namespace, destination, etcdClusterCrd, tridentClusterRole }: PlanRequest,
): Promise<GivenObjects> {
  const readRole = async (kind: GivenObject["kind"]): Promise<GivenObject> => {
    const name = givenRoleName(namespace);
    const path = `${rbac}/${kind.toLowerCase()}s/${name}`;
    const served = await reader.read(path);
    return { kind, name, served, isHidden: reader.refusalOf(path) !== undefined };
  };
  const isCrdGiven = destination.kind === "managed" && etcdClusterCrd === "existing";
  const [api, tridents] = await Promise.all([
    // Everybody may ask what the server serves, but not everybody for the CRD.
    isCrdGiven ? reader.read(etcdClusterApiPath) : undefined,
    tridentClusterRole === "existing"
      ? Promise.all([readRole("ClusterRole"), readRole("ClusterRoleBinding")])
      : undefined,
  ]);
  return {
    ...(isCrdGiven ? { servesEtcdClusters: api !== undefined } : {}),
    ...(tridents === undefined ? {} : { tridents }),
  };
}
