import { servesDryRun, type ClusterApis } from "../../../kubernetes/cluster-apis.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { ClusterReader, ServedObject } from "../cluster-reader.ts";
import { plannedPods, type PlannedFlow } from "./planned-pods.ts";
import { tryPods, type TriedPod } from "./try-pods.ts";

/** What the namespace says of the pods that are to come. */
export interface NamespaceFacts {
  /** Undefined where it may not be read. */
  readonly namespace: ServedObject | undefined;
  readonly pods: readonly TriedPod[];
  /** ResourceQuotas; undefined where they may not be listed. */
  readonly quotas: readonly ServedObject[] | undefined;
  /** NetworkPolicies; undefined where they may not be listed. */
  readonly networkPolicies: readonly ServedObject[] | undefined;
}

type Asked = Parameters<typeof plannedPods>[0];

export async function readNamespace(
  reader: ClusterReader,
  request: Asked & Pick<PlanRequest, "namespace">,
  {
    flow,
    apis,
    kubernetesVersion,
  }: { readonly flow: PlannedFlow; readonly apis: ClusterApis; readonly kubernetesVersion: string | undefined },
): Promise<NamespaceFacts> {
  const path = `/api/v1/namespaces/${request.namespace}`;
  const pods = servesDryRun({ version: kubernetesVersion }) ? plannedPods(request, flow, apis) : [];
  const [namespace, tried, quotas, networkPolicies] = await Promise.all([
    reader.read(path),
    tryPods(reader, pods),
    reader.list(`${path}/resourcequotas`),
    reader.list(`/apis/networking.k8s.io/v1/namespaces/${request.namespace}/networkpolicies`),
  ]);
  return { namespace, pods: tried, quotas, networkPolicies };
}
