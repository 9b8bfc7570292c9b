import { isEtcdAlone } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { Access } from "../../read/cluster-reader.ts";
import { allOf, claimMarkAccess, clusterUidAccess, keyOf, neededPermissions, runOf } from "../../read/permissions.ts";
import { crdOwner } from "../etcd/crd.ts";
import { etcdRules } from "../etcd/destination.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { installerRoles, rulesOf } from "./installer-roles.ts";

type Facts = Pick<PlanFacts, "missing" | "clusterUid" | "objects" | "apis" | "flow" | "makesNamespace">;

/** What keeps a run from being carried out, and what is only good to have. */
export function checkPermissions(request: PlanRequest, facts: Facts): Findings {
  const needed = neededOf(request, facts);
  const keys = new Set(needed.map(keyOf));
  const missing = allMissing(facts);
  const { wished } = etcdRules(request.destination).needs;
  const isWished = (access: Access): boolean => wished.some((wish) => keyOf(wish) === keyOf(access));
  return together(
    checkNeeded(
      missing.filter((access) => keys.has(keyOf(access))),
      needed,
      request.namespace,
    ),
    facts.missing === undefined ? atRisk("knowledge", cannotAsk) : nothingFound,
    missing.some(isWished) ? atRisk("knowledge", cannotListEtcdClusters) : nothingFound,
    request.migrate && missing.some((access) => keyOf(access) === keyOf(claimMarkAccess(request.namespace)))
      ? atRisk("knowledge", cannotMarkClaim)
      : nothingFound,
  );
}

/**
 * All that a run with these settings needs on this cluster: a CRD that is used as it is need not be made, nor what an etcd alone has
 * no Trident for; one that is removed is no more than deleted.
 */
function neededOf(request: PlanRequest, facts: Facts): Access[] {
  const { flow, removesTrident } = facts.flow;
  const all = runOf(request, facts.apis);
  const makesTrident = !isEtcdAlone(flow);
  const makesClusterRole = all.makesClusterRole && (makesTrident || removesTrident === true);
  const crd = all.crd === "own" ? crdOwner(request, facts) : all.crd;
  const run = { ...all, crd, makesTrident, makesClusterRole, makesNamespace: facts.makesNamespace };
  return allOf(neededPermissions(run, etcdRules(request.destination).needs));
}

/** Asked for, and seen in that the cluster's uid could not be read. */
function allMissing({ missing = [], clusterUid }: Facts): readonly Access[] {
  const isTold = missing.some((access) => keyOf(access) === keyOf(clusterUidAccess));
  return clusterUid !== undefined || isTold ? missing : [...missing, clusterUidAccess];
}

const cannotAsk = "Which permissions there are can't be asked: what is missing shows when it is used.";

const cannotListEtcdClusters =
  "The user of the kubeconfig may not list the EtcdClusters of all namespaces: a later destroy can't see whether anybody else uses " +
  "their CustomResourceDefinition, and keeps it.";

const cannotMarkClaim =
  "The user of the kubeconfig may not patch PersistentVolumeClaims: the old Trident's, which stays, gets no mark that its state is of " +
  "before the migration.";

/** One blocker for all of them, with the whole Role and ClusterRole: under their name, others would lose what they grant already. */
function checkNeeded(missing: readonly Access[], needed: readonly Access[], namespace: string): Findings {
  if (missing.length === 0) return nothingFound;
  const inNamespace = missing.filter((access) => access.namespace !== undefined);
  const inCluster = missing.filter((access) => access.namespace === undefined);
  const parts = [
    ...(inNamespace.length === 0 ? [] : [`in namespace ${namespace}: ${describeAll(inNamespace)}`]),
    ...(inCluster.length === 0 ? [] : [`in the whole cluster: ${describeAll(inCluster)}`]),
  ];
  return blockedBy({
    kind: "missingPermissions",
    object: "the user of the kubeconfig",
    message: `The user of the kubeconfig may not, ${parts.join("; ")}.`,
    remedy:
      "Have an administrator apply this, which is all that such a run and its destroy need, and bind it to the user; or choose another " +
      `kubernetes:context.\n${installerRoles(needed, namespace)}`,
  });
}

/** `create, patch secrets; get deployments.apps` */
function describeAll(accesses: readonly Access[]): string {
  return rulesOf(accesses)
    .map(({ group, resources, verbs, names }) => {
      const named = resources.map((resource) => (group === "" ? resource : `${resource}.${group}`));
      return `${verbs.join(", ")} ${named.join(", ")}${names === undefined ? "" : ` ${names.join(", ")}`}`;
    })
    .join("; ");
}
