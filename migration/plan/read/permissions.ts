import type { ClusterApis } from "../../kubernetes/cluster-apis.ts";
import { memberClaimsRule } from "../../permissions/etcd-operator-rules.ts";
import type { PolicyRule } from "../../permissions/policy-rule.ts";
import { constraintRules, tridentClusterRules, tridentNamespaceRules } from "../../permissions/trident-rules.ts";
import { parseRestoreSource } from "../../restore/restore-source.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { Access } from "./cluster-reader.ts";

/** Verbs on resources of one API group. */
export interface Need {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** The only objects that it is about; absent for all of the resource. */
  readonly names?: readonly string[];
}

/** Of what Pulumi makes and deletes: until an object is gone, it lists and watches all of its kind. */
export const manage = ["get", "list", "watch", "create", "patch", "delete"];

/** What the stack's objects and its waiting for them take. */
const stackInNamespace: readonly Need[] = [
  { group: "", resources: ["secrets", "configmaps", "serviceaccounts"], verbs: manage },
  // One that pulls Trident's image before anything is stopped for it, and those through which an etcd is reached.
  { group: "", resources: ["pods"], verbs: ["get", "list", "watch", "create", "delete"] },
  // An uninstalled Trident's claim with its state is looked for; Pulumi watches them while it waits for a Deployment.
  { group: "", resources: ["persistentvolumeclaims"], verbs: ["get", "list", "watch"] },
  { group: "apps", resources: ["deployments"], verbs: manage },
  { group: "apps", resources: ["replicasets"], verbs: ["list", "watch"] },
  { group: "rbac.authorization.k8s.io", resources: ["roles", "rolebindings"], verbs: manage },
];

/** For the ways into pods, which are asked whether they serve, and to say why one does not come up. */
const askingInNamespace: readonly Need[] = [
  // A WebSocket is asked for with GET; from Kubernetes 1.35 on it is authorized as create, too.
  { group: "", resources: ["pods/portforward"], verbs: ["get", "create"] },
  { group: "", resources: ["events"], verbs: ["list", "watch"] },
];

/** What a migration hands over and asks, and the lock against a second run. */
const migrationInNamespace: readonly Need[] = [
  { group: "apps", resources: ["replicasets"], verbs: ["get", "patch", "delete"] },
  // To say why a pod does not come up.
  { group: "", resources: ["pods/log"], verbs: ["get"] },
  { group: "coordination.k8s.io", resources: ["leases"], verbs: ["get", "create", "update", "delete"] },
];

/** What is done by schedule. */
const schedulesInNamespace: readonly Need[] = [{ group: "batch", resources: ["cronjobs"], verbs: manage }];
const snapshotClaim: Need = { group: "", resources: ["persistentvolumeclaims"], verbs: ["create"] };
/** A command that lists or reads what is on a claim. Asked for as a port-forward is. */
const commandsInPods: Need = { group: "", resources: ["pods/exec"], verbs: ["get", "create"] };

/** Trident's ClusterRole and its binding, which this program makes unless an administrator has made others. */
function tridentsInCluster(name: string, isByName: boolean): Need[] {
  return onlyOf("rbac.authorization.k8s.io", ["clusterroles", "clusterrolebindings"], name, isByName);
}

/** The object of that name; its kind is listed and watched as a whole. */
function onlyOf(group: string, resources: readonly string[], name: string, isByName: boolean): Need[] {
  return [
    { group, resources, verbs: ["list", "watch"] },
    ...onlyNamed({ group, resources }, { name, isByName, verbs: ["get", "patch", "delete"] }),
  ];
}

/** Whoever makes an object by POST can't be held to its name; by server-side apply he can. */
export function onlyNamed(
  { group, resources }: Pick<Need, "group" | "resources">,
  { name, isByName, verbs }: { readonly name: string; readonly isByName: boolean; readonly verbs: readonly string[] },
): Need[] {
  return isByName
    ? [{ group, resources, names: [name], verbs: ["create", ...verbs] }]
    : [
        { group, resources, verbs: ["create"] },
        { group, resources, names: [name], verbs },
      ];
}

/** A destroy removes the CRD of EtcdCluster only if it sees that nobody uses it, and keeps it where it can't see. */
export const listEtcdClusters: Access = { verb: "list", group: "etcd.database.coreos.com", resource: "etcdclusters" };

/** Without it, the claim that a migration leaves gets no mark that its state is stale, which is all that is changed of it. */
export function claimMarkAccess(namespace: string): Access {
  return { verb: "patch", group: "", resource: "persistentvolumeclaims", namespace };
}

/** By its uid a stack knows the cluster that it was made in. */
export const clusterUidAccess: Access = { verb: "get", group: "", resource: "namespaces", name: "kube-system" };

/** A role that the run makes. Kubernetes takes it, and a binding to it, only of whom has all that it grants, or may `escalate` and `bind`. */
export interface Grant {
  readonly kind: "Role" | "ClusterRole";
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** What an etcd takes. */
export interface EtcdNeeds {
  /** For its objects. */
  readonly inNamespace: readonly Need[];
  /** For the CRD. */
  readonly inCluster: (run: Pick<Run, "crd" | "isByName">) => readonly Need[];
  readonly grants: readonly Grant[];
  readonly wished: readonly Access[];
}

/** What of a run decides which permissions it takes. */
export interface Run extends Pick<PlanRequest, "namespace" | "migrate" | "securityContextConstraint"> {
  /** Whether the namespace is made. */
  readonly makesNamespace: boolean;
  /** Whether Trident's own Roles are the stack's to make. */
  readonly makesTrident: boolean;
  /** Whether the ClusterRole and ClusterRoleBinding of Trident are the stack's to make. */
  readonly makesClusterRole: boolean;
  /** Whose the CRD of EtcdCluster is: somebody else's is looked at, or is not where it need not be. */
  readonly crd: "own" | "existing" | "unseen";
  /** Whether the stack's own etcd is defragmented by schedule. */
  readonly defragments?: boolean;
  /** Whether the etcd-operator makes claims for its members. */
  readonly makesMemberClaims?: boolean;
  /** Whether a claim is read through a pod, for what is to be restored. */
  readonly readsClaim?: boolean;
  /** Whether objects are made by server-side apply. */
  readonly isByName: boolean;
  /** Whether snapshots of the stack's own etcd are saved by schedule, and a claim is made for them. */
  readonly snapshots?: "onGivenClaim" | "onOwnClaim";
}

export function runOf(request: PlanRequest, { serverSideApply }: Pick<ClusterApis, "serverSideApply">): Run {
  const { namespace, securityContextConstraint: constraint } = request;
  // A move from one etcd to another takes what a migration takes, and so does a restore.
  const migrate = request.migrate || request.movedFromEtcd !== undefined || request.restoreFrom !== undefined;
  return {
    ...{ namespace, migrate, crd: request.etcdClusterCrd === "existing" ? "unseen" : "own", makesTrident: true },
    makesClusterRole: request.tridentClusterRole !== "existing",
    makesNamespace: request.createNamespace === true,
    ...(constraint === undefined ? {} : { securityContextConstraint: constraint }),
    ...(request.defragmentationSchedule === undefined ? {} : { defragments: true }),
    ...(request.memberStorage === undefined ? {} : { makesMemberClaims: true }),
    isByName: serverSideApply,
    ...(request.snapshots === undefined || request.destination.kind !== "managed"
      ? {}
      : { snapshots: request.snapshots.claim === undefined ? "onOwnClaim" : "onGivenClaim" }),
    ...(readsClaim(request) ? { readsClaim: true } : {}),
  };
}

function readsClaim({ restoreFrom, memberStorage }: PlanRequest): boolean {
  if (restoreFrom === undefined) return false;
  const { kind } = parseRestoreSource(restoreFrom);
  return kind === "claim" || (kind === "member" && memberStorage !== undefined);
}

export interface NeededPermissions {
  /** Those that the run itself makes use of, and a later destroy. */
  readonly used: readonly Access[];
  /** Those that it has to have besides, since roles that it makes grant them. */
  readonly granted: readonly Granted[];
}

export interface Granted {
  readonly accesses: readonly Access[];
  /** Whoever has all of these need not have what the role grants. */
  readonly orInstead: readonly Access[];
}

export function neededPermissions(run: Run, etcd: EtcdNeeds): NeededPermissions {
  const { namespace, migrate, isByName } = run;
  const clusterRole = `trident-external-etcd-${namespace}`;
  const inNamespace = [
    ...[...stackInNamespace, ...etcd.inNamespace, ...askingInNamespace],
    ...(migrate ? migrationInNamespace : []),
    ...(run.snapshots === undefined && run.defragments !== true ? [] : schedulesInNamespace),
    ...(run.snapshots === "onOwnClaim" ? [snapshotClaim] : []),
    ...(run.readsClaim === true ? [commandsInPods] : []),
  ];
  const inCluster = [...(run.makesClusterRole ? tridentsInCluster(clusterRole, isByName) : []), ...etcd.inCluster(run)];
  const claims = run.makesMemberClaims === true ? [memberClaimsGrant] : [];
  const grants: Grant[] = [...etcd.grants, ...claims, ...tridentsGrants(run, clusterRole)];
  return {
    used: distinct([
      ...inNamespace.flatMap((need) => each(need, namespace)),
      ...inCluster.flatMap((need) => each(need)),
      clusterUidAccess,
      ...(run.makesNamespace ? [{ verb: "create", group: "", resource: "namespaces" }] : []),
    ]),
    granted: grants.map((grant) => grantedBy(grant, run)),
  };
}

/** Besides what the etcd-operator's Role grants anyway. */
const memberClaimsGrant: Grant = { kind: "Role", name: "etcd-operator", rules: [memberClaimsRule] };

function tridentsGrants(
  { makesTrident, makesClusterRole, securityContextConstraint: constraint }: Run,
  clusterRole: string,
): Grant[] {
  if (!makesTrident) return [];
  const name = "trident-external-etcd";
  return [
    { kind: "Role", name, rules: tridentNamespaceRules },
    ...(constraint === undefined
      ? []
      : [{ kind: "Role" as const, name: `${name}-${constraint}`, rules: constraintRules(constraint) }]),
    ...(makesClusterRole ? [{ kind: "ClusterRole" as const, name: clusterRole, rules: tridentClusterRules }] : []),
  ];
}

function grantedBy({ kind, name, rules }: Grant, { namespace, isByName }: Run): Granted {
  const place = kind === "Role" ? { namespace } : {};
  const role = { group: "rbac.authorization.k8s.io", resource: kind === "Role" ? "roles" : "clusterroles", ...place };
  return {
    accesses: rules.flatMap(({ apiGroups, resources, resourceNames: names, verbs }) =>
      apiGroups.flatMap((group) =>
        each({ group, resources, verbs, ...(names === undefined ? {} : { names }) }, place.namespace),
      ),
    ),
    orInstead: [
      { ...role, verb: "escalate", ...(isByName ? { name } : {}) },
      { ...role, verb: "bind", name },
    ],
  };
}

function each({ group, resources, verbs, names }: Need, namespace?: string): Access[] {
  const place = namespace === undefined ? {} : { namespace };
  return resources.flatMap((resource) =>
    verbs.flatMap((verb) => {
      const access = { verb, group, resource, ...place };
      return names === undefined ? [access] : names.map((name) => ({ ...access, name }));
    }),
  );
}

/** All of them, each once; what is allowed for all objects of a resource needs no name. */
export function allOf({ used, granted }: NeededPermissions): Access[] {
  const all = distinct([...used, ...granted.flatMap(({ accesses }) => accesses)]);
  const keys = new Set(all.map(keyOf));
  return all.filter(({ name, ...access }) => name === undefined || !keys.has(keyOf(access)));
}

function distinct(accesses: readonly Access[]): Access[] {
  return [...new Map(accesses.map((access) => [keyOf(access), access])).values()];
}

export function keyOf({ verb, group, resource, namespace = "", name = "" }: Access): string {
  return [verb, group, resource, namespace, name].join(" ");
}
