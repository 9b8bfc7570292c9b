import type { PolicyRule } from "./policy-rule.ts";

/**
 * What Trident 18.01 to 19.04 calls in the whole cluster; the calls are those in its frontend/kubernetes. Its own installer also
 * grants calls that it never makes, and not the one by which it marks a volume that it failed to delete.
 */
export const tridentClusterRules: PolicyRule[] = [
  {
    apiGroups: [""],
    resources: ["persistentvolumes"],
    verbs: ["get", "list", "watch", "create", "delete", "update", "patch"],
  },
  { apiGroups: [""], resources: ["persistentvolumes/status"], verbs: ["update"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["get", "list", "watch", "create", "delete"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims/status"], verbs: ["patch"] },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/** In its own namespace: the Secrets with CHAP passwords that its iSCSI volumes refer to, since Kubernetes 1.9. */
export const tridentNamespaceRules: PolicyRule[] = [
  { apiGroups: [""], resources: ["secrets"], verbs: ["get", "create"] },
];

/** To be admitted by one of OpenShift's SecurityContextConstraints. */
export function constraintRules(constraint: string): PolicyRule[] {
  return [
    {
      apiGroups: ["security.openshift.io"],
      resources: ["securitycontextconstraints"],
      resourceNames: [constraint],
      verbs: ["use"],
    },
  ];
}
