import type { CertificateMaterial } from "../certificates/client-certificate.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";
import { readClientSecret } from "./client-secret.ts";
import type { ExistingEtcdAddress } from "./etcd-address.ts";

/** How one identifies oneself to an etcd. */
export interface EtcdIdentity {
  /** Absent only for plaintext. */
  readonly tls?: CertificateMaterial;
  readonly credentials?: Credentials;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The Secret with the user's name and password for an etcd can't be used. */
export class CredentialsSecretError extends Error {
  override readonly name = "CredentialsSecretError";

  constructor(namespace: string, secret: string, problem: string) {
    super(
      `Secret ${secret} in namespace ${namespace}, with the user name and password for the etcd, ${problem}. It is to have ` +
        `the keys username and password: if it was deleted or changed by hand, run \`pulumi refresh\` and \`pulumi up\`.`,
    );
  }
}

/** What the Secrets hold. Raises ClientSecretError and CredentialsSecretError. */
export async function readIdentity(cluster: ClusterClient, address: ExistingEtcdAddress): Promise<EtcdIdentity> {
  const { namespace, clientSecret, credentialsSecret } = address;
  return {
    ...(clientSecret === undefined ? {} : { tls: await readClientSecret(cluster, namespace, clientSecret) }),
    ...(credentialsSecret === undefined
      ? {}
      : { credentials: await readCredentials(cluster, namespace, credentialsSecret) }),
  };
}

async function readCredentials(cluster: ClusterClient, namespace: string, name: string): Promise<Credentials> {
  try {
    const { data = {} } = await cluster.core.readNamespacedSecret({ namespace, name });
    const missing = ["username", "password"].filter((key) => (data[key] ?? "") === "");
    if (missing.length > 0) {
      throw new CredentialsSecretError(namespace, name, `lacks the key ${missing.join(", ")}`);
    }
    return { username: decode(data.username), password: decode(data.password) };
  } catch (error) {
    if (isNotFound(error)) throw new CredentialsSecretError(namespace, name, "does not exist");
    throw error;
  }
}

function decode(base64: string | undefined): string {
  return Buffer.from(base64 ?? "", "base64").toString("utf8");
}
