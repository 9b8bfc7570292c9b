import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump } from "js-yaml";
import type { SandboxCluster } from "./sandbox-cluster.ts";

/** A ServiceAccount that somebody installs as. */
export interface InstallerAccount {
  readonly namespace: string;
  readonly name: string;
  /** A file with the kubeconfig of whoever has its token, and nothing else. */
  readonly kubeconfig: string;
}

/** As an administrator makes one: by itself it may do nothing but ask what it may. */
export async function createInstallerAccount(
  cluster: SandboxCluster,
  namespace: string,
  name: string,
  folder: string,
): Promise<InstallerAccount> {
  await cluster.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  const { status } = await cluster.core.createNamespacedServiceAccountToken({
    ...{ namespace, name },
    body: { spec: { audiences: [], expirationSeconds: 6 * 3600 } },
  });
  const { server, caData } = cluster.kubeconfig.getCurrentCluster() ?? {};
  const kubeconfig = join(folder, `${name}.kubeconfig`);
  const contents = {
    ...{ apiVersion: "v1", kind: "Config", "current-context": name },
    clusters: [{ name, cluster: { server, "certificate-authority-data": caData } }],
    users: [{ name, user: { token: status?.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(kubeconfig, dump(contents), { mode: 0o600 });
  return { namespace, name, kubeconfig };
}
