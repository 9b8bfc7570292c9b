import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/**
 * For the binding to a role. Its name is known only once it is there: the server takes a binding to one that it doesn't find, as in the
 * preview of a first run, only from somebody with the permission to `bind` it.
 */
export function roleReference(
  role: kubernetes.rbac.v1.Role | kubernetes.rbac.v1.ClusterRole,
): kubernetes.types.input.rbac.v1.RoleRef {
  return {
    apiGroup: "rbac.authorization.k8s.io",
    kind: role.kind,
    name: pulumi.all([role.metadata.name, role.id]).apply(([name]) => name),
  };
}
