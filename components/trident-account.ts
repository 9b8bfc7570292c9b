import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { objectLabels } from "./labels.ts";
import { allowConstraint } from "./security-context-constraint.ts";
import { tridentRules } from "./trident-permissions.ts";

export interface TridentAccountArgs {
  readonly namespace: pulumi.Input<string>;
  /**
   * The one of OpenShift's SecurityContextConstraints that is to admit Trident's pods.
   * @default none, as on plain Kubernetes
   */
  readonly securityContextConstraint?: string;
}

/**
 * Whom Trident runs as, and what it may do. Under names of their own: those of a Trident with its embedded etcd, `trident`, may
 * still be there and are not ours. Apart from Trident itself, since they are to exist before a migration stops the old one.
 */
export class TridentAccount extends pulumi.ComponentResource {
  /** Resolves once it has its permissions. */
  readonly serviceAccountName: pulumi.Output<string>;

  constructor(name: string, args: TridentAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:TridentAccount", name, args, opts);

    const labels = objectLabels("trident", "permissions");
    const clusterWide = { name: pulumi.interpolate`trident-external-etcd-${args.namespace}`, labels };
    const serviceAccount = new kubernetes.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata: { name: "trident-external-etcd", namespace: args.namespace, labels } },
      { parent: this },
    );
    const role = new kubernetes.rbac.v1.ClusterRole(
      `${name}-cluster-role`,
      { metadata: clusterWide, rules: tridentRules },
      { parent: this },
    );
    const binding = new kubernetes.rbac.v1.ClusterRoleBinding(
      `${name}-cluster-role-binding`,
      {
        metadata: clusterWide,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace: args.namespace }],
      },
      { parent: this },
    );
    const { namespace, securityContextConstraint: constraint } = args;
    const admission =
      constraint === undefined
        ? undefined
        : allowConstraint(
            `${name}-constraint`,
            { namespace, serviceAccountName: serviceAccount.metadata.name, constraint },
            { parent: this },
          );

    // An id is known only when the binding exists; the account's name would be known beforehand.
    this.serviceAccountName = pulumi
      .all([serviceAccount.metadata.name, binding.id, admission?.id])
      .apply(([serviceAccountName]) => serviceAccountName);
    this.registerOutputs({ serviceAccountName: this.serviceAccountName });
  }
}
