import type { ClusterReader, ServedObject } from "./cluster-reader.ts";

/** Where clusters have their DNS: most of them, and OpenShift. */
const namespaces = ["kube-system", "openshift-dns"];

/**
 * The cluster's DNS Service as `NAMESPACE/NAME`, if it has none that works: each has a Service on port 53 whose Endpoints are there and
 * empty. Undefined where one has an endpoint, and where nothing can be told: a DNS on the nodes has no Service, and
 * whether names resolve can only be tried from a pod, which a plan does not make.
 */
export async function readSilentDns(reader: Pick<ClusterReader, "read" | "list">): Promise<string | undefined> {
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const services = (await reader.list(`/api/v1/namespaces/${namespace}/services`)) ?? [];
      return services.filter(isDns).map(({ metadata }) => ({ namespace, name: metadata?.name ?? "" }));
    }),
  );
  const found = await Promise.all(
    lists.flat().map(async ({ namespace, name }) => {
      const endpoints = await reader.read(`/api/v1/namespaces/${namespace}/endpoints/${name}`);
      return { name: `${namespace}/${name}`, isSilent: endpoints !== undefined && !hasAddress(endpoints) };
    }),
  );
  return found.every(({ isSilent }) => isSilent) ? found[0]?.name : undefined;
}

/** By any name: kube-dns, coredns, rke2-coredns-rke2-coredns, dns-default. */
function isDns({ spec }: ServedObject): boolean {
  const ports = (spec as { ports?: { port?: number }[] } | undefined)?.ports ?? [];
  return ports.some(({ port }) => port === 53);
}

function hasAddress(endpoints: ServedObject): boolean {
  const subsets = endpoints.subsets as { addresses?: unknown[] }[] | undefined;
  return subsets?.some(({ addresses }) => (addresses ?? []).length > 0) ?? false;
}
