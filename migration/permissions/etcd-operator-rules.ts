import type { PolicyRule } from "./policy-rule.ts";

/** For members that keep their data on claims. */
export const memberClaimsRule = { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["create", "delete"] };

/**
 * What etcd-operator v0.9.4 calls in its namespace when it does not create the resource definition itself; the calls are those
 * in its cmd/operator, pkg/controller and pkg/cluster. Its own example grants every verb on all of these, and Deployments.
 *
 * @param lockName The Endpoints object that it elects its leader on, made beforehand: the operator need not create any.
 * @param clientSecretNames Secrets with the certificate by which it reaches the members.
 * @param makesClaims Whether members keep their data on claims.
 */
export function etcdOperatorRules<Name, Names>(
  lockName: Name,
  clientSecretNames: Names,
  makesClaims = false,
): PolicyRule<Name[] | Names>[] {
  return [
    // The status is written with an update of the whole object.
    { apiGroups: ["etcd.database.coreos.com"], resources: ["etcdclusters"], verbs: ["get", "list", "watch", "update"] },
    // Members; a patch changes the image of one during an upgrade.
    { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "create", "patch", "delete"] },
    ...(makesClaims ? [memberClaimsRule] : []),
    // It tries to create the two Services even where they exist.
    { apiGroups: [""], resources: ["services"], verbs: ["create"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    { apiGroups: [""], resources: ["endpoints"], resourceNames: [lockName], verbs: ["get", "update"] },
    { apiGroups: [""], resources: ["secrets"], resourceNames: clientSecretNames, verbs: ["get"] },
  ];
}
