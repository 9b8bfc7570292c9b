import type { Settings } from "./settings/settings.ts";

/** The Secrets with which Trident and this program identify themselves to Trident's etcd. */
export interface ClientSecrets {
  readonly clientSecret: string;
  readonly credentialsSecret: string;
  /** What distinguishes them, and what is made of them, from those for the etcd that was moved from. */
  readonly suffix: string;
}

/** After a move they have other names than those for the etcd before, which are still in use while the move is under way. */
export function clientSecrets({ movedFromEtcd }: Pick<Settings, "movedFromEtcd">): ClientSecrets {
  const suffix = movedFromEtcd === "" ? "" : `-${movedFromEtcd}`;
  return {
    clientSecret: `${clientSecretName}${suffix}`,
    credentialsSecret: `${credentialsSecretName}${suffix}`,
    suffix,
  };
}

const clientSecretName = "etcd-client-tls";
const credentialsSecretName = "etcd-client-credentials";
