import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { constraintRules } from "@trident-etcd/migration/permissions/trident-rules.ts";

import { roleReference } from "../bound-role.ts";
import { objectLabels } from "../labels.ts";

export interface ConstraintUseArgs {
  readonly namespace: pulumi.Input<string>;
  /** Whose pods may be admitted by it. */
  readonly serviceAccountName: pulumi.Input<string>;
  /** The name of one of OpenShift's SecurityContextConstraints, such as `anyuid`. */
  readonly constraint: string;
}

/**
 * Lets one service account's pods be admitted by one of OpenShift's SecurityContextConstraints. By a Role, as `oc adm policy
 * add-scc-to-user` does since OpenShift 4: the constraint itself, which belongs to the platform, is not changed.
 */
export function allowConstraint(
  name: string,
  { namespace, serviceAccountName, constraint }: ConstraintUseArgs,
  opts: pulumi.CustomResourceOptions,
): kubernetes.rbac.v1.RoleBinding {
  const metadata = {
    name: pulumi.interpolate`${serviceAccountName}-${constraint}`,
    namespace,
    labels: objectLabels("trident", "permissions"),
  };
  const role = new kubernetes.rbac.v1.Role(`${name}-role`, { metadata, rules: constraintRules(constraint) }, opts);
  return new kubernetes.rbac.v1.RoleBinding(
    `${name}-role-binding`,
    {
      metadata,
      roleRef: roleReference(role),
      subjects: [{ kind: "ServiceAccount", name: serviceAccountName, namespace }],
    },
    opts,
  );
}
