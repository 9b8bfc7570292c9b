import { newestApis, type ClusterApis } from "../kubernetes/cluster-apis.ts";

/** The definition of the EtcdCluster resource. It belongs to the whole cluster: whoever deletes it deletes all EtcdClusters. */
export const crdName = "etcdclusters.etcd.database.coreos.com";
export function crdPath(apis: Pick<ClusterApis, "customResourceDefinition"> = newestApis): string {
  return `${crdsPath(apis)}/${crdName}`;
}

export function crdsPath({ customResourceDefinition }: Pick<ClusterApis, "customResourceDefinition">): string {
  return `/apis/${customResourceDefinition}/customresourcedefinitions`;
}

/** As the server shows it, as far as it is looked at. */
export interface ServedCrd {
  readonly apiVersion?: unknown;
  readonly metadata?: {
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: {
    readonly scope?: string;
    readonly names?: { readonly kind?: string };
    readonly preserveUnknownFields?: boolean;
    readonly versions?: readonly ServedVersion[];
    /** In v1beta1, for all versions together. */
    readonly validation?: ServedVersion["schema"];
    readonly subresources?: ServedVersion["subresources"];
  };
}

interface ServedVersion {
  readonly name?: string;
  readonly served?: boolean;
  readonly subresources?: { readonly status?: unknown };
  readonly schema?: { readonly openAPIV3Schema?: Schema };
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** Fields without which the operator runs another cluster than was asked for, such as one without TLS. */
const neededFields = [
  ["spec", "size"],
  ["spec", "repository"],
  ["spec", "version"],
  ["spec", "pod", "busyboxImage"],
  ["spec", "pod", "securityContext"],
  ["spec", "TLS", "static", "operatorSecret"],
  ["spec", "TLS", "static", "member", "peerSecret"],
  ["spec", "TLS", "static", "member", "serverSecret"],
  ["status", "phase"],
  ["status", "members", "ready"],
] as const;

/** Why the etcd-operator can't work with somebody else's definition, in a few words; undefined when it can. */
export function problemOfCrd({ apiVersion, metadata, spec = {} }: ServedCrd): string | undefined {
  if (metadata?.deletionTimestamp !== undefined) return "it is being deleted, and all EtcdClusters with it";
  const version = spec.versions?.find(({ name, served }) => name === "v1beta2" && served === true);
  if (version === undefined) return "it does not serve the version v1beta2";
  if (spec.names?.kind !== "EtcdCluster") return `its kind is ${spec.names?.kind ?? "missing"}, not EtcdCluster`;
  if (spec.scope !== "Namespaced") return `its scope is ${spec.scope ?? "missing"}, not Namespaced`;
  if ((version.subresources ?? spec.subresources)?.status !== undefined) {
    return "it has a status subresource, with which the API server drops what the etcd-operator v0.9.4 writes there";
  }
  // Before 1.15 nothing was ever dropped, and in v1beta1 only where it is asked for.
  const isOlder = apiVersion === "apiextensions.k8s.io/v1beta1";
  if (spec.preserveUnknownFields ?? isOlder) return undefined;
  const { openAPIV3Schema } = version.schema ?? spec.validation ?? {};
  const dropped = neededFields.filter((path) => !keeps(openAPIV3Schema, path));
  return dropped.length === 0 ? undefined : `its schema drops ${dropped.map((path) => path.join(".")).join(", ")}`;
}

function keeps(schema: Schema | undefined, [field, ...rest]: readonly string[]): boolean {
  if (schema === undefined) return false;
  if (field === undefined || schema["x-kubernetes-preserve-unknown-fields"] === true) return true;
  return keeps(schema.properties?.[field], rest);
}
