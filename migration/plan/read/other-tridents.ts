import type { ClusterApis } from "../../kubernetes/cluster-apis.ts";
import type { ClusterReader, ServedObject } from "./cluster-reader.ts";

/** Tridents of the cluster besides the one that the plan is about. */
export interface OtherTridents {
  readonly workloads: readonly TridentWorkload[];
  /** What a Trident from 19.07 on makes for the whole cluster, as `Kind/name`. */
  readonly clusterObjects: readonly string[];
  /** Resources that may not be listed in all namespaces. */
  readonly unseen: readonly string[];
}

export interface TridentWorkload {
  readonly namespace: string;
  readonly kind: "Deployment" | "StatefulSet" | "DaemonSet";
  readonly name: string;
  /** Whether it runs: one at 0 replicas does nothing. */
  readonly runs: boolean;
}

interface Request {
  readonly namespace: string;
  readonly legacyDeployment: string;
}

const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet"] as const;

/** Before Kubernetes 1.18 there is no CSIDriver in v1, and only the CRD tells. */
function clusterObjectPaths({ customResourceDefinition }: ClusterApis): [object: string, path: string][] {
  const definitions = `/apis/${customResourceDefinition}/customresourcedefinitions`;
  return [
    ["CSIDriver/csi.trident.netapp.io", "/apis/storage.k8s.io/v1/csidrivers/csi.trident.netapp.io"],
    ["CustomResourceDefinition/tridentbackends.trident.netapp.io", `${definitions}/tridentbackends.trident.netapp.io`],
  ];
}

/** Looks through the whole cluster. */
export async function readOtherTridents(
  reader: Pick<ClusterReader, "read" | "refusalOf">,
  request: Request,
  apis: ClusterApis,
): Promise<OtherTridents> {
  const [workloads, clusterObjects] = await Promise.all([
    Promise.all(workloadKinds.map((kind) => findWorkloads(reader, kind))),
    Promise.all(
      clusterObjectPaths(apis).map(async ([object, path]) => ((await reader.read(path)) === undefined ? [] : [object])),
    ),
  ]);
  return {
    workloads: workloads.flatMap((found) => found.workloads).filter((workload) => !isThisOne(workload, request)),
    clusterObjects: clusterObjects.flat(),
    unseen: workloads.flatMap((found) => found.unseen),
  };
}

/** Under the name that the old and the new Trident share. */
function isThisOne({ namespace, kind, name }: TridentWorkload, request: Request): boolean {
  return kind === "Deployment" && namespace === request.namespace && name === request.legacyDeployment;
}

/** A cluster may have thousands of them: so many at a time. */
const pageSize = 500;

async function findWorkloads(
  reader: Pick<ClusterReader, "read" | "refusalOf">,
  kind: TridentWorkload["kind"],
): Promise<{ workloads: TridentWorkload[]; unseen: string[] }> {
  const resource = `${kind.toLowerCase()}s`;
  const workloads: TridentWorkload[] = [];
  let next = `/apis/apps/v1/${resource}?limit=${pageSize}`;
  for (;;) {
    const path = next;
    const page = (await reader.read(path)) as WorkloadPage | undefined;
    if (page === undefined) {
      return { workloads, unseen: reader.refusalOf(path) === undefined ? [] : [`${resource}.apps`] };
    }
    workloads.push(...(page.items ?? []).filter(isTrident).map((each) => described(kind, each)));
    const { continue: token = "" } = page.metadata ?? {};
    if (token === "") return { workloads, unseen: [] };
    next = `/apis/apps/v1/${resource}?limit=${pageSize}&continue=${encodeURIComponent(token)}`;
  }
}

interface WorkloadPage {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly Workload[];
}

interface Workload {
  readonly metadata?: ServedObject["metadata"] & { readonly namespace?: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: { readonly containers?: readonly Container[] };
    };
  };
}

/** Of a workload, what tells whether it is a Trident. */
interface LookedAt {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Workload["spec"];
}

interface Container {
  readonly image?: string;
  readonly command?: readonly string[];
}

function described(kind: TridentWorkload["kind"], { metadata, spec }: Workload): TridentWorkload {
  return {
    namespace: metadata?.namespace ?? "",
    kind,
    name: metadata?.name ?? "",
    runs: kind === "DaemonSet" || (spec?.replicas ?? 1) > 0,
  };
}

/** By its label, its image or its program. The etcd-operator and other things of this program are not it. */
export function isTrident(workload: LookedAt): boolean {
  const { metadata, spec } = workload;
  const labels = [metadata?.labels?.app, spec?.template?.metadata?.labels?.app];
  const containers = spec?.template?.spec?.containers ?? [];
  if (labels.some((label) => label !== undefined && /(^|\.)trident\.netapp\.io$/.test(label))) return true;
  return containers.some(
    ({ image = "", command = [] }) =>
      /(^|\/)trident(-operator)?([:@]|$)/.test(image) || command.some((word) => word.endsWith("trident_orchestrator")),
  );
}
