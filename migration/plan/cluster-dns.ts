import type { ClusterReader, ServedObject } from "./cluster-reader.ts";

/** Where clusters have their DNS: kubeadm and most others, and OpenShift. */
const places = [
  { namespace: "kube-system", query: "?labelSelector=k8s-app%3Dkube-dns" },
  { namespace: "openshift-dns", query: "" },
];

/** Whether the cluster has a DNS Service with something behind it, as far as that can be seen. */
export async function findClusterDns(reader: Pick<ClusterReader, "read" | "list">): Promise<ClusterDns> {
  const lists = await Promise.all(
    places.map(async ({ namespace, query }) => {
      const services = await reader.list(`/api/v1/namespaces/${namespace}/services${query}`);
      return services?.map((service) => ({ namespace, name: service.metadata?.name ?? "" }));
    }),
  );
  if (lists.every((list) => list === undefined)) return { kind: "hidden" };
  const [service] = lists.flatMap((list) => list ?? []);
  if (service === undefined) return { kind: "absent" };
  const endpoints = await reader.read(`/api/v1/namespaces/${service.namespace}/endpoints/${service.name}`);
  const name = `${service.namespace}/${service.name}`;
  return { kind: endpoints !== undefined && !hasAddress(endpoints) ? "silent" : "present", name };
}

export type ClusterDns =
  | { readonly kind: "hidden" | "absent" }
  /** `silent`: no pod answers behind it. */
  | { readonly kind: "present" | "silent"; readonly name: string };

/** A risk and no more: whether names resolve can only be tried from a pod, and a plan makes none. */
export function judgeClusterDns(dns: ClusterDns, clusterName: string): string[] {
  const need = `the etcd members wait for their own DNS names (*.${clusterName}.NAMESPACE.svc) before they start`;
  switch (dns.kind) {
    case "present":
      return [];
    case "hidden":
      return [`The cluster's DNS can't be looked at with these permissions; ${need}.`];
    case "absent":
      return [
        `No DNS Service was seen in namespace kube-system (label k8s-app=kube-dns); ${need}. It can't be tried without a pod.`,
      ];
    case "silent":
      return [`The DNS Service ${dns.name} has no ready endpoint; ${need}.`];
  }
}

function hasAddress(endpoints: ServedObject): boolean {
  const subsets = endpoints.subsets as { addresses?: unknown[] }[] | undefined;
  return subsets?.some(({ addresses }) => (addresses ?? []).length > 0) ?? false;
}
