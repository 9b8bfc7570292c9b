import { cronJobApi, type ClusterApis } from "../../kubernetes/cluster-apis.ts";
import { scheduledDefragmentation } from "../../upkeep/scheduled-defragmentation.ts";
import { scheduledSnapshots } from "../../snapshot/schedule/schedule-names.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { ClusterReader, ServedObject } from "./cluster-reader.ts";

/** An object that the stack makes, the new Deployment of Trident excepted. */
export interface StackObject {
  /** `Kind/name` */
  readonly object: string;
  readonly path: string;
  /** Whether a stack that stands may do without it. */
  readonly isOptional?: true;
}

export interface StackNames {
  readonly namespace: string;
  readonly record: string;
  /** Whether Trident is to run on the etcd; true where it is absent. */
  readonly trident?: boolean;
  /** Somebody else's are none of the stack's. */
  readonly tridentClusterRole?: "own" | "existing";
}

/** Names and kinds as the components under `components/` make them, of the etcd and of Trident. */
export function stackObjects(names: StackNames, etcd: readonly Place[]): StackObject[] {
  return [...etcd, ...tridentPlaces(names)].map(([kind, name, collection, need]) => ({
    object: `${kind}/${name}`,
    path: `${collection}/${name}`,
    ...(need === "optional" ? { isOptional: true } : {}),
  }));
}

export type Place = readonly [kind: string, name: string, collection: string, need?: "optional"];

export const rbac = "/apis/rbac.authorization.k8s.io/v1";

function tridentPlaces({ namespace, record, trident, tridentClusterRole }: StackNames): Place[] {
  const core = `/api/v1/namespaces/${namespace}`;
  const clusterWide = `trident-external-etcd-${namespace}`;
  const recordPlace: Place = ["ConfigMap", record, `${core}/configmaps`];
  if (trident === false) return [recordPlace];
  return [
    recordPlace,
    ["ServiceAccount", "trident-external-etcd", `${core}/serviceaccounts`],
    ["Role", "trident-external-etcd", `${rbac}/namespaces/${namespace}/roles`],
    ["RoleBinding", "trident-external-etcd", `${rbac}/namespaces/${namespace}/rolebindings`],
    // On OpenShift.
    ["Role", "trident-external-etcd-anyuid", `${rbac}/namespaces/${namespace}/roles`, "optional"],
    ["RoleBinding", "trident-external-etcd-anyuid", `${rbac}/namespaces/${namespace}/rolebindings`, "optional"],
    // A migration's own, for the time between its end and the stack's Deployment.
    ["Deployment", "trident-external-etcd", `/apis/apps/v1/namespaces/${namespace}/deployments`, "optional"],
    ...(tridentClusterRole === "existing" ? [] : placesInCluster(clusterWide)),
  ];
}

function placesInCluster(name: string): Place[] {
  return [
    ["ClusterRole", name, `${rbac}/clusterroles`],
    ["ClusterRoleBinding", name, `${rbac}/clusterrolebindings`],
  ];
}

/** The CronJobs that do something to the stack's own etcd; one of a stack that stands may be new. */
export function schedulePlaces(
  {
    namespace,
    destination,
    snapshots,
    defragmentationSchedule,
  }: Pick<PlanRequest, "namespace" | "destination" | "snapshots" | "defragmentationSchedule">,
  apis: ClusterApis,
): Place[] {
  if (destination.kind !== "managed") return [];
  const { etcdCluster } = destination;
  const jobs = [
    ...(snapshots === undefined ? [] : [scheduledSnapshots(etcdCluster)]),
    ...(defragmentationSchedule === undefined ? [] : [scheduledDefragmentation(etcdCluster)]),
  ];
  const path = `/apis/${cronJobApi(apis)}/namespaces/${namespace}/cronjobs`;
  return jobs.map(({ objectName }): Place => ["CronJob", objectName, path, "optional"]);
}

/** Those that can be there without the stack's namespace. */
export function clusterWideOf(objects: readonly StackObject[]): StackObject[] {
  return objects.filter(({ path }) => !path.includes("/namespaces/"));
}

export interface FoundObject extends StackObject {
  /** Undefined when it does not exist. */
  readonly served: ServedObject | undefined;
  /** Whether it may not be looked at. */
  readonly isHidden?: true;
}

export async function readStackObjects(
  reader: Pick<ClusterReader, "read" | "refusalOf">,
  objects: readonly StackObject[],
): Promise<FoundObject[]> {
  return Promise.all(
    objects.map(async (each) => {
      const served = await reader.read(each.path);
      return { ...each, served, ...(reader.refusalOf(each.path) === undefined ? {} : { isHidden: true }) };
    }),
  );
}

export type ServedSecrets = ReadonlyMap<string, ServedObject>;

/** Those of the stack that there are, by their names. */
export function secretsIn(objects: readonly FoundObject[]): ServedSecrets {
  return new Map(
    objects.flatMap(({ object, served }) => {
      const [kind, name = ""] = object.split("/");
      return kind === "Secret" && served !== undefined ? [[name, served] as const] : [];
    }),
  );
}
