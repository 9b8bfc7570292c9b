import type { Blocker } from "../../../blockers/blocker.ts";
import type { ClusterReader, ServedObject } from "../../read/cluster-reader.ts";
import type { Flow } from "../../migration-plan.ts";
import { risksOf, type Risk } from "../findings.ts";

/** Tridents of the cluster besides the one that the plan is about. */
export interface OtherTridents {
  readonly workloads: readonly TridentWorkload[];
  /** What a Trident from 19.07 on makes for the whole cluster, as `Kind/name`. */
  readonly definitions: readonly string[];
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

const definitionPaths = new Map([
  ["CSIDriver/csi.trident.netapp.io", "/apis/storage.k8s.io/v1/csidrivers/csi.trident.netapp.io"],
  [
    "CustomResourceDefinition/tridentbackends.trident.netapp.io",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tridentbackends.trident.netapp.io",
  ],
]);

/** Looks through the whole cluster. */
export async function findOtherTridents(
  reader: Pick<ClusterReader, "read" | "refusalOf">,
  request: Request,
): Promise<OtherTridents> {
  const [workloads, definitions] = await Promise.all([
    Promise.all(workloadKinds.map((kind) => findWorkloads(reader, kind))),
    Promise.all(
      [...definitionPaths].map(async ([object, path]) => ((await reader.read(path)) === undefined ? [] : [object])),
    ),
  ]);
  return {
    workloads: workloads.flatMap((found) => found.workloads).filter((workload) => !isThisOne(workload, request)),
    definitions: definitions.flat(),
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
export function isTrident(workload: Workload): boolean {
  const { metadata, spec } = workload;
  const labels = [metadata?.labels?.app, spec?.template?.metadata?.labels?.app];
  const containers = spec?.template?.spec?.containers ?? [];
  if (labels.some((label) => label !== undefined && /(^|\.)trident\.netapp\.io$/.test(label))) return true;
  return containers.some(
    ({ image = "", command = [] }) =>
      /(^|\/)trident(-operator)?([:@]|$)/.test(image) || command.some((word) => word.endsWith("trident_orchestrator")),
  );
}

const why =
  "Two Tridents on one cluster provision for the same PersistentVolumeClaims, and delete each other's volumes.";

/** A blocker for what would begin a second one; who is there already is only told. */
export function judgeOtherTridents(
  { workloads, definitions, unseen }: OtherTridents,
  flow: Flow,
): { blockers: Blocker[]; risks: Risk[] } {
  const running = workloads.filter(({ runs }) => runs);
  const found = [...running.map(nameOf), ...definitions.map((each) => each.replace("/", " "))];
  const begins = flow === "install" || flow === "migrate";
  return {
    blockers: begins && found.length > 0 ? [anotherTrident(running, definitions)] : [],
    risks: [
      ...risksOf(
        "state",
        !begins && found.length > 0 ? [`Another Trident is on this cluster: ${found.join(", ")}. ${why}`] : [],
      ),
      ...risksOf("state", workloads.filter(({ runs }) => !runs).map(isStopped)),
      ...risksOf("knowledge", begins && unseen.length > 0 ? [isUnknown(unseen)] : []),
    ],
  };
}

function isStopped(workload: TridentWorkload): string {
  return `${nameOf(workload)} is a Trident, too, at 0 replicas: it is not to be started again. ${why}`;
}

function isUnknown(unseen: readonly string[]): string {
  return (
    `The user of the kubeconfig may not list ${unseen.join(", ")} in all namespaces: whether another Trident runs on this cluster is ` +
    `not known. ${why} Have somebody look who may: \`kubectl get deployments,statefulsets,daemonsets --all-namespaces\`.`
  );
}

function nameOf({ kind, name, namespace }: TridentWorkload): string {
  return `${kind} ${name} in namespace ${namespace}`;
}

function anotherTrident(running: readonly TridentWorkload[], definitions: readonly string[]): Blocker {
  const [first] = running;
  const found = [...running.map(nameOf), ...definitions.map((each) => each.replace("/", " "))].join(", ");
  const namespaces = [...new Set(running.map(({ namespace }) => namespace))];
  const isMigratable = running.length === 1 && first?.kind === "Deployment" && definitions.length === 0;
  return {
    kind: "anotherTrident",
    object: first === undefined ? (definitions[0] ?? "") : `${first.kind}/${first.name}`,
    message: `There is another Trident on this cluster: ${found}. ${why}`,
    remedy: [
      ...(isMigratable
        ? [
            `If it is the one that this stack is about, say so: \`pulumi config set namespace ${first.namespace}\`, and ` +
              "`pulumi config set migrate true` where it keeps its state in an etcd of its own pod.",
          ]
        : []),
      ...namespaces.map((namespace) => {
        const scaled = running.filter((each) => each.namespace === namespace && each.kind !== "DaemonSet");
        const names = scaled.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`).join(" ");
        const stop =
          names === "" ? "" : `, or at least stop it: \`kubectl --namespace ${namespace} scale ${names} --replicas 0\``;
        return `If nobody needs it, uninstall it: \`tridentctl --namespace ${namespace} uninstall\`${stop}.`;
      }),
      ...(definitions.length === 0
        ? []
        : [
            `A Trident from 19.07 on keeps its state in objects of the cluster, and is not replaced by this program. Where it was uninstalled and ` +
              `its state is not needed (\`kubectl get tridentbackends,tridentvolumes --all-namespaces\`), delete what it left: ` +
              `${definitions.map((each) => `\`kubectl delete ${lowerKind(each)}\``).join(", ")}.`,
          ]),
    ].join("\n"),
  };
}

function lowerKind(object: string): string {
  const [kind = "", name = ""] = object.split("/");
  return `${kind.toLowerCase()} ${name}`;
}
