import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { tridentClusterRules, tridentNamespaceRules } from "@trident-etcd/migration/permissions/trident-rules.ts";

import { roleReference } from "../bound-role.ts";
import { objectLabels } from "../labels.ts";
import { allowConstraint } from "./security-context-constraint.ts";

export interface TridentAccountArgs {
  readonly namespace: pulumi.Input<string>;
  /**
   * The one of OpenShift's SecurityContextConstraints that is to admit Trident's pods.
   * @default none, as on plain Kubernetes
   */
  readonly securityContextConstraint?: string;
  /**
   * Whether the ClusterRole and its binding with what Trident needs in the whole cluster are this component's ("own"), or an
   * administrator has made others that grant its service account, trident-external-etcd, the same ("existing").
   * @default "own"
   */
  readonly clusterRole?: "own" | "existing";
}

const objectName = "trident-external-etcd";
const labels = objectLabels("trident", "permissions");

/**
 * Whom Trident runs as, and what it may do. Under names of their own: those of a Trident with its embedded etcd, `trident`, may
 * still be there and are not ours. Apart from Trident itself, since they are to exist before a migration stops the old one.
 */
export class TridentAccount extends pulumi.ComponentResource {
  /** Resolves once it has its permissions. */
  readonly serviceAccountName: pulumi.Output<string>;
  /** Another one once the account was deleted and made again. */
  readonly serviceAccountUid: pulumi.Output<string>;

  constructor(name: string, args: TridentAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:TridentAccount", name, args, opts);

    const serviceAccount = new kubernetes.core.v1.ServiceAccount(
      `${name}-service-account`,
      { metadata: { name: objectName, namespace: args.namespace, labels } },
      { parent: this },
    );
    const inCluster =
      args.clusterRole === "existing" ? undefined : bindInCluster(this, name, args, serviceAccount.metadata.name);
    const inNamespace = bindInNamespace(this, name, args, serviceAccount.metadata.name);
    const { namespace, securityContextConstraint: constraint } = args;
    const admission =
      constraint === undefined
        ? undefined
        : allowConstraint(
            `${name}-constraint`,
            { namespace, serviceAccountName: serviceAccount.metadata.name, constraint },
            { parent: this },
          );

    // An id is known only when a binding exists; the account's name would be known beforehand.
    this.serviceAccountName = pulumi
      .all([serviceAccount.metadata.name, inCluster?.id, inNamespace.id, admission?.id])
      .apply(([serviceAccountName]) => serviceAccountName);
    this.serviceAccountUid = serviceAccount.metadata.uid;
    this.registerOutputs({ serviceAccountName: this.serviceAccountName });
  }
}

function bindInCluster(
  parent: TridentAccount,
  name: string,
  { namespace }: TridentAccountArgs,
  serviceAccountName: pulumi.Input<string>,
): kubernetes.rbac.v1.ClusterRoleBinding {
  const metadata = { name: pulumi.interpolate`${objectName}-${namespace}`, labels };
  const role = new kubernetes.rbac.v1.ClusterRole(
    `${name}-cluster-role`,
    { metadata, rules: tridentClusterRules },
    { parent },
  );
  return new kubernetes.rbac.v1.ClusterRoleBinding(
    `${name}-cluster-role-binding`,
    {
      metadata,
      roleRef: roleReference(role),
      subjects: [{ kind: "ServiceAccount", name: serviceAccountName, namespace }],
    },
    { parent },
  );
}

function bindInNamespace(
  parent: TridentAccount,
  name: string,
  { namespace }: TridentAccountArgs,
  serviceAccountName: pulumi.Input<string>,
): kubernetes.rbac.v1.RoleBinding {
  const metadata = { name: objectName, namespace, labels };
  const role = new kubernetes.rbac.v1.Role(`${name}-role`, { metadata, rules: tridentNamespaceRules }, { parent });
  return new kubernetes.rbac.v1.RoleBinding(
    `${name}-role-binding`,
    {
      metadata,
      roleRef: roleReference(role),
      subjects: [{ kind: "ServiceAccount", name: serviceAccountName, namespace }],
    },
    { parent },
  );
}
