import { crdName } from "../../migration/destroy/crd.ts";
import type { Access } from "../../migration/plan/read/cluster-reader.ts";
import { claimMarkAccess, listEtcdClusters } from "../../migration/plan/read/permissions.ts";

/** What a run looks at where it may. */
export interface Wish {
  readonly access: Access;
  /** What it does without, in a few words. */
  readonly without: string;
}

/** None of these is needed: what can't be looked at is told as a risk, or is not told. */
export function wishes(namespace: string): Wish[] {
  return [
    { access: listEtcdClusters, without: keepsTheCrd },
    { access: { ...named(crds, "apiextensions.k8s.io", crdName, "").access, verb: "delete" }, without: keepsTheCrd },
    ...each(
      "list",
      "apps",
      ["deployments", "statefulsets", "daemonsets"],
      "another Trident of the cluster is not found",
    ),
    named("csidrivers", "storage.k8s.io", "csi.trident.netapp.io", "a Trident from 19.07 on is not found"),
    named(crds, "apiextensions.k8s.io", "tridentbackends.trident.netapp.io", "a Trident from 19.07 on is not found"),
    {
      access: claimMarkAccess(namespace),
      without: "the claim that a migration leaves gets no mark that its state is stale",
    },
    ...each("list", "", ["nodes"], "which images the nodes can't pull is not told"),
    ...each("list", "", ["resourcequotas"], "what a quota refuses shows when it does", namespace),
    ...each("get", "", ["persistentvolumes"], "the old volume's reclaim policy is not told"),
    ...each("list", "", ["events"], "why Pulumi waits for an object of the cluster is not told"),
    ...each("watch", "", ["events"], "why Pulumi waits for an object of the cluster is not told"),
    ...each("get", "", ["namespaces"], "a namespace that is missing shows later", namespace),
    ...each(
      "list",
      "autoscaling",
      ["horizontalpodautoscalers"],
      "whoever scales the old Trident is not found",
      namespace,
    ),
    ...each("list", "keda.sh", ["scaledobjects"], "whoever scales the old Trident is not found", namespace),
    ...["kube-system", "openshift-dns"].flatMap((place) => [
      ...each("list", "", ["services"], "a DNS that does not answer is not found", place),
      ...each("get", "", ["endpoints"], "a DNS that does not answer is not found", place),
    ]),
    ...["clusterroles", "clusterrolebindings"].map((resource) =>
      named(resource, "rbac.authorization.k8s.io", "trident", "that the old Trident's is still there is not told"),
    ),
  ];
}

const keepsTheCrd = "a destroy keeps the CustomResourceDefinition of EtcdCluster";
const crds = "customresourcedefinitions";

function named(resource: string, group: string, name: string, without: string): Wish {
  return { access: { verb: "get", group, resource, name }, without };
}

function each(verb: string, group: string, resources: string[], without: string, namespace?: string): Wish[] {
  const place = namespace === undefined ? {} : { namespace };
  return resources.map((resource) => ({ access: { verb, group, resource, ...place }, without }));
}
