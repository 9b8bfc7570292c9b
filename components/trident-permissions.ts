import type * as kubernetes from "@pulumi/kubernetes";

/** What Trident 19.04 is granted by its own installer on plain Kubernetes. */
export const tridentRules: kubernetes.types.input.rbac.v1.PolicyRule[] = [
  {
    apiGroups: [""],
    resources: ["persistentvolumes", "persistentvolumeclaims"],
    verbs: ["get", "list", "watch", "create", "delete", "update", "patch"],
  },
  { apiGroups: [""], resources: ["persistentvolumeclaims/status"], verbs: ["update", "patch"] },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["watch", "create", "update", "patch"] },
  { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "delete"] },
];
