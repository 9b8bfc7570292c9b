import { load } from "js-yaml";
import { RbacAuthorizationV1Api, type V1ClusterRole, type V1Role } from "@kubernetes/client-node";
import type { InstallerAccount } from "./installer-account.ts";
import type { SandboxCluster } from "./sandbox-cluster.ts";

export interface PrintedRoles {
  readonly role?: V1Role;
  readonly clusterRole?: V1ClusterRole;
}

/** Those that a plan has printed for an administrator, however far it has indented them. */
export function printedRoles(printed: string): PrintedRoles {
  const lines = printed.split("\n").map((line) => line.trim());
  const documents = lines.flatMap((line, index) =>
    line === "---" ? [load(documentAt(lines, index + 1)) as V1Role] : [],
  );
  const ofKind = (kind: string): V1Role | undefined => documents.find((document) => document.kind === kind);
  const [role, clusterRole] = [ofKind("Role"), ofKind("ClusterRole")];
  return { ...(role === undefined ? {} : { role }), ...(clusterRole === undefined ? {} : { clusterRole }) };
}

function documentAt(lines: readonly string[], start: number): string {
  const rest = lines.slice(start);
  const end = rest.findIndex((line) => !/^(# |apiVersion: |kind: |metadata: |rules:|- \{)/.test(line));
  return rest.slice(0, end < 0 ? undefined : end).join("\n");
}

/** As the administrator does that has them applied and bound, in place of what he has granted before. */
export async function grant(
  cluster: SandboxCluster,
  { namespace, name }: InstallerAccount,
  { role, clusterRole }: PrintedRoles,
): Promise<void> {
  const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
  const subjects = [{ kind: "ServiceAccount", namespace, name }];
  const refer = (kind: string, to = "") => ({ apiGroup: "rbac.authorization.k8s.io", kind, name: to });
  await takeBack(cluster, namespace);
  if (role !== undefined) {
    const body = { metadata: { name }, subjects, roleRef: refer("Role", role.metadata?.name) };
    await rbac.createNamespacedRole({ namespace, body: role });
    await rbac.createNamespacedRoleBinding({ namespace, body });
  }
  if (clusterRole !== undefined) {
    const body = {
      metadata: { name: clusterRole.metadata?.name ?? "" },
      subjects,
      roleRef: refer("ClusterRole", clusterRole.metadata?.name),
    };
    await rbac.createClusterRole({ body: clusterRole });
    await rbac.createClusterRoleBinding({ body });
  }
}

/** What `grant` has granted to whoever installs in a namespace. */
export async function takeBack(cluster: SandboxCluster, namespace: string): Promise<void> {
  const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
  const [name, inCluster] = ["trident-etcd-installer", `trident-etcd-installer-${namespace}`];
  await rbac.deleteNamespacedRole({ namespace, name }).catch(unlessMissing);
  await rbac.deleteNamespacedRoleBinding({ namespace, name: "installer" }).catch(unlessMissing);
  await rbac.deleteClusterRole({ name: inCluster }).catch(unlessMissing);
  await rbac.deleteClusterRoleBinding({ name: inCluster }).catch(unlessMissing);
}

function unlessMissing(error: unknown): void {
  if ((error as { code?: number }).code !== 404) throw error;
}
