import type { Blocker } from "../../../blockers/blocker.ts";
import type { PolicyRule } from "../../../permissions/policy-rule.ts";
import { tridentClusterRules } from "../../../permissions/trident-rules.ts";
import { change } from "../../../wording/change.ts";
import { givenRoleName, type GivenObject, type GivenObjects } from "../../read/given-objects.ts";
import type { Need } from "../../read/permissions.ts";
import { crdObject } from "../etcd/crd.ts";
import { atRisk, blockedBy, together, type Findings } from "../findings.ts";
import { roleManifest } from "./installer-roles.ts";

/** What somebody else is to have made for the whole cluster is there, and grants what Trident needs, as far as it may be looked at. */
export function checkGivenObjects({ servesEtcdClusters, tridents = [] }: GivenObjects, namespace: string): Findings {
  const unseen = tridents.filter(({ isHidden }) => isHidden).map(({ kind, name }) => `${kind} ${name}`);
  const wrong = tridents.filter(({ isHidden }) => !isHidden).flatMap((object) => problemOf(object, namespace));
  return together(
    blockedBy(
      ...(servesEtcdClusters === false ? [missingCrd] : []),
      ...(wrong.length === 0 ? [] : [missingRole(wrong, namespace)]),
    ),
    unseen.length === 0 ? atRisk("service") : atRisk("service", notSeen(unseen, namespace)),
  );
}

/** Of Trident in the whole cluster, as an administrator applies them once; as YAML. */
export function tridentClusterRole(namespace: string): string {
  const name = givenRoleName(namespace);
  return [
    "---",
    roleManifest("ClusterRole", `{name: ${name}}`, tridentClusterRules.flatMap(asNeeds)),
    "---",
    "apiVersion: rbac.authorization.k8s.io/v1",
    "kind: ClusterRoleBinding",
    `metadata: {name: ${name}}`,
    `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${name}}`,
    `subjects: [{kind: ServiceAccount, name: trident-external-etcd, namespace: ${namespace}}]`,
  ].join("\n");
}

function asNeeds({ apiGroups, resources, verbs }: PolicyRule): Need[] {
  return apiGroups.map((group) => ({ group, resources, verbs }));
}

const missingCrd: Blocker = {
  kind: "givenObjectMissing",
  object: crdObject,
  message: "Somebody else is to make the CustomResourceDefinition of EtcdCluster, and this cluster has none.",
  remedy:
    "Have an administrator apply it, once for the whole cluster: `kubectl apply --server-side --filename docs/etcdcluster-crd.yaml`, of this " +
    `program's folder. Or have it made here: \`${change({ etcdClusterCrd: "own" })}\`.`,
};

function missingRole(wrong: readonly string[], namespace: string): Blocker {
  return {
    kind: "givenObjectMissing",
    object: `ClusterRole/${givenRoleName(namespace)}`,
    message: `Somebody else is to grant Trident what it needs in the whole cluster, and ${wrong.join(", and ")}.`,
    remedy: `Have an administrator apply this; or have it made here: \`${change({ tridentClusterRole: "own" })}\`.\n${tridentClusterRole(namespace)}`,
  };
}

function notSeen(unseen: readonly string[], namespace: string): string {
  return (
    `Whether ${unseen.join(" and ")} grant Trident what it needs in the whole cluster may not be looked at: without it, Trident does not ` +
    `provision. \`kubectl auth can-i list persistentvolumes --as system:serviceaccount:${namespace}:trident-external-etcd\` tells an administrator.`
  );
}

function problemOf({ kind, name, served }: GivenObject, namespace: string): string[] {
  if (served === undefined) return [`there is no ${kind} ${name}`];
  return kind === "ClusterRole" ? problemOfRole(name, served.rules) : problemOfBinding(name, served, namespace);
}

function problemOfRole(name: string, rules: unknown): string[] {
  const granted = (rules ?? []) as readonly Partial<PolicyRule>[];
  const missing = tridentClusterRules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs
          .filter((verb) => !granted.some((rule) => grants(rule, group, resource, verb)))
          .map((verb) => `${verb} ${resource}`),
      ),
    ),
  );
  return missing.length === 0 ? [] : [`ClusterRole ${name} does not: ${missing.join(", ")}`];
}

function grants(rule: Partial<PolicyRule>, group: string, resource: string, verb: string): boolean {
  const has = (all: readonly string[] | undefined, one: string): boolean =>
    all?.some((each) => each === one || each === "*") === true;
  return (
    rule.resourceNames === undefined &&
    has(rule.apiGroups, group) &&
    has(rule.resources, resource) &&
    has(rule.verbs, verb)
  );
}

function problemOfBinding(name: string, served: GivenObject["served"], namespace: string): string[] {
  const { roleRef, subjects = [] } = (served ?? {}) as unknown as {
    readonly roleRef?: { readonly name?: string };
    readonly subjects?: readonly { readonly kind?: string; readonly name?: string; readonly namespace?: string }[];
  };
  const isTridents = subjects.some(
    (subject) =>
      subject.kind === "ServiceAccount" && subject.name === "trident-external-etcd" && subject.namespace === namespace,
  );
  return isTridents && roleRef?.name === name
    ? []
    : [
        `ClusterRoleBinding ${name} does not bind ClusterRole ${name} to ServiceAccount ${namespace}/trident-external-etcd`,
      ];
}
