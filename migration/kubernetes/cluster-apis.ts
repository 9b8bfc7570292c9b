import { connectToCluster, type ClusterAccess, type ClusterClient } from "./cluster-client.ts";
import { isForbidden, isNotFound } from "./errors.ts";

/** One way to write an object or a request. */
interface Form {
  /** As in `apiVersion`. */
  readonly groupVersion: string;
  /** The minor version of Kubernetes 1 that serves it first, and the last one that does. */
  readonly since: number;
  readonly until?: number;
}

/**
 * What this program's objects and requests need of the API server besides its core, each with the forms that it can have: the first that
 * is served is used. Versions as in Kubernetes' published OpenAPI; a test holds the table against it.
 */
export const apiForms = {
  customResourceDefinition: [
    { groupVersion: "apiextensions.k8s.io/v1", since: 16 },
    // Without a schema: before 1.16 none is needed.
    { groupVersion: "apiextensions.k8s.io/v1beta1", since: 7, until: 21 },
  ],
  podDisruptionBudget: [
    { groupVersion: "policy/v1", since: 21 },
    { groupVersion: "policy/v1beta1", since: 5, until: 24 },
  ],
  lease: [
    { groupVersion: "coordination.k8s.io/v1", since: 14 },
    { groupVersion: "coordination.k8s.io/v1beta1", since: 12, until: 21 },
  ],
  networkPolicy: [{ groupVersion: "networking.k8s.io/v1", since: 7 }],
  roles: [{ groupVersion: "rbac.authorization.k8s.io/v1", since: 8 }],
  deployment: [{ groupVersion: "apps/v1", since: 9 }],
  accessReview: [{ groupVersion: "authorization.k8s.io/v1", since: 6 }],
} as const satisfies Readonly<Record<string, readonly Form[]>>;

/** What only later API servers can do; before, the program does without. By minor version of Kubernetes 1. */
export const apiFeatures = {
  /** Off in 1.14 and 1.15, not there before. In 1.16 and 1.17 it is beta, and on. */
  serverSideApply: 16,
  /** Bounds of numbers in the schema of a CRD: 1.16 and 1.17 refuse to apply them (`cannot convert int64 to float64`). */
  numberBounds: 18,
  /** `securityContext.seccompProfile`; before, an annotation says the same. */
  seccompProfile: 19,
  /** `dryRun=All` keeps nothing; an API server that does not know it would make the object. */
  dryRun: 13,
} as const;

/** @pulumi/kubernetes refuses any that is older. */
const oldestOfProvider = 13;

/** The oldest minor version of Kubernetes 1 on which everything has a form. */
export const oldestMinor = Math.max(
  oldestOfProvider,
  ...Object.values(apiForms).map((forms) => Math.min(...forms.map(({ since }) => since))),
);

/** The newest on which the etcd-operator and Trident have been seen running. */
export const newestMinor = 34;

export type ApiKind = keyof typeof apiForms;

/** How objects are written for one cluster. Plain data, for the inputs of components. */
export interface ClusterApis {
  readonly customResourceDefinition: (typeof apiForms.customResourceDefinition)[number]["groupVersion"];
  readonly podDisruptionBudget: (typeof apiForms.podDisruptionBudget)[number]["groupVersion"];
  readonly lease: (typeof apiForms.lease)[number]["groupVersion"];
  readonly serverSideApply: boolean;
  readonly numberBounds: boolean;
  readonly seccompProfile: boolean;
}

/** What a cluster says of itself; undefined is what may not be asked. */
export interface Discovery {
  /** Such as `apps/v1`. */
  readonly groupVersions: ReadonlySet<string> | undefined;
  /** Such as `v1.14.10`. */
  readonly version: string | undefined;
}

/** What every Kubernetes from 1.21 on takes. */
export const newestApis: ClusterApis = chooseApis({ groupVersions: undefined, version: undefined });

/** The first form of each that is served; the newest where that is not known, or where none is, see `unservedApis`. */
export function chooseApis(discovery: Discovery): ClusterApis {
  return {
    customResourceDefinition: firstServed(apiForms.customResourceDefinition, discovery),
    podDisruptionBudget: firstServed(apiForms.podDisruptionBudget, discovery),
    lease: firstServed(apiForms.lease, discovery),
    serverSideApply: hasFeature("serverSideApply", discovery),
    numberBounds: hasFeature("numberBounds", discovery),
    seccompProfile: hasFeature("seccompProfile", discovery),
  };
}

/** Where CronJobs are: `batch/v1` was there long before them, and had them from 1.21 on, with which `policy/v1` came. */
export function cronJobApi({ podDisruptionBudget }: Pick<ClusterApis, "podDisruptionBudget">): CronJobApi {
  return podDisruptionBudget === "policy/v1" ? "batch/v1" : "batch/v1beta1";
}

export type CronJobApi = "batch/v1" | "batch/v1beta1";

/** As inputs, which are there only where they say anything but the newest: a stack's state has nothing new in it then. */
export function inputOf(apis: ClusterApis): { readonly apis?: ClusterApis } {
  const isNewest = Object.entries(newestApis).every(([name, form]) => apis[name as keyof ClusterApis] === form);
  return isNewest ? {} : { apis };
}

/** Only where it is known: what is not known to keep nothing is not tried. */
export function servesDryRun({ version }: Pick<Discovery, "version">): boolean {
  return (minorOf(version) ?? 0) >= apiFeatures.dryRun;
}

/** What none of whose forms is served, with these: an API was switched off, or came only with a later version. */
export function unservedApis(discovery: Discovery): string[][] {
  return Object.values(apiForms)
    .filter((forms: readonly Form[]) => !forms.some((form) => isServed(form, discovery)))
    .map((forms) => forms.map(({ groupVersion }) => groupVersion));
}

/** @param get What is at a path, or undefined when there is nothing or it may not be read. */
export async function discoverApis(get: (path: string) => Promise<unknown>): Promise<Discovery> {
  const [groups, version] = await Promise.all([get("/apis"), get("/version")]);
  const listed = (groups as { groups?: readonly ApiGroup[] } | undefined)?.groups;
  return {
    groupVersions:
      listed === undefined
        ? undefined
        : new Set(listed.flatMap(({ versions = [] }) => versions.map(({ groupVersion }) => groupVersion))),
    version: (version as { gitVersion?: string } | undefined)?.gitVersion,
  };
}

/** Asks the cluster of a kubeconfig. Raises what reaching it raises. */
export function clusterApis(access: ClusterAccess = {}): Promise<ClusterApis> {
  return apisOf(connectToCluster(access));
}

/** Raises what reaching the cluster raises. */
export async function apisOf(cluster: Pick<ClusterClient, "requestJson">): Promise<ClusterApis> {
  const get = async (path: string): Promise<unknown> => {
    try {
      return await cluster.requestJson({ method: "GET", path });
    } catch (error) {
      // Discovery is everybody's by default; where it is not, the newest forms are as good a guess as any.
      if (isForbidden(error) || isNotFound(error)) return undefined;
      throw error;
    }
  };
  return chooseApis(await discoverApis(get));
}

interface ApiGroup {
  readonly versions?: readonly { readonly groupVersion: string }[];
}

function firstServed<Forms extends readonly [Form, ...Form[]]>(
  forms: Forms,
  discovery: Discovery,
): Forms[number]["groupVersion"] {
  return (forms.find((form) => isServed(form, discovery)) ?? forms[0]).groupVersion;
}

function isServed({ groupVersion, since, until = Infinity }: Form, { groupVersions, version }: Discovery): boolean {
  if (groupVersions !== undefined) return groupVersions.has(groupVersion);
  const minor = minorOf(version);
  return minor === undefined || (minor >= since && minor <= until);
}

function hasFeature(feature: keyof typeof apiFeatures, { version }: Discovery): boolean {
  const minor = minorOf(version);
  return minor === undefined || minor >= apiFeatures[feature];
}

/** Providers add to it, such as `v1.27.3-gke.100`. */
function minorOf(version: string | undefined): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(version ?? "")?.[1];
  return minor === undefined ? undefined : Number(minor);
}
