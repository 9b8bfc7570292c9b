import type { V1Secret } from "@kubernetes/client-node";
import {
  CertificateError,
  checkCertificateMaterial,
  type CertificateMaterial,
  type CertificatePart,
} from "../certificates/client-certificate.ts";
import type { EtcdTls } from "../etcd/etcd-target.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";
import { memberServerName } from "./cluster-members.ts";
import type { EtcdClusterAddress } from "./etcd-address.ts";

/** The Secret with which clients of the new etcd identify themselves can't be used. */
export class ClientSecretError extends Error {
  override readonly name = "ClientSecretError";

  constructor(namespace: string, secret: string, problem: string, options?: ErrorOptions) {
    super(
      `Secret ${secret} in namespace ${namespace}, with which clients identify themselves to etcd, ${problem}. ` +
        `It is to have the keys ${Object.values(secretKeys).join(", ")}: if it was deleted or changed by ` +
        `hand, run \`pulumi refresh\` and \`pulumi up\`.`,
      options,
    );
  }
}

/** The keys that the etcd-operator's documentation and Trident's flags expect. */
const secretKeys: Readonly<Record<CertificatePart, string>> = {
  certificateAuthority: "etcd-client-ca.crt",
  certificate: "etcd-client.crt",
  privateKey: "etcd-client.key",
};

/** Raises ClientSecretError when the Secret is missing, lacks a key, or its parts are unusable or don't fit together. */
export async function readClientSecret(
  cluster: ClusterClient,
  namespace: string,
  name: string,
): Promise<CertificateMaterial> {
  try {
    return clientMaterial(await cluster.core.readNamespacedSecret({ namespace, name }), namespace, name);
  } catch (error) {
    if (isNotFound(error)) throw new ClientSecretError(namespace, name, "does not exist");
    throw error;
  }
}

/** What it takes to be a client of an EtcdCluster's members, whichever of them it is. Raises as readClientSecret does. */
export async function readMemberTls(cluster: ClusterClient, address: EtcdClusterAddress): Promise<EtcdTls> {
  const material = await readClientSecret(cluster, address.namespace, address.clientSecret);
  return { ...material, serverName: memberServerName(address) };
}

export function clientMaterial(secret: V1Secret, namespace: string, name: string): CertificateMaterial {
  const missing = Object.values(secretKeys).filter((key) => (secret.data?.[key] ?? "") === "");
  if (missing.length > 0) throw new ClientSecretError(namespace, name, `lacks the key ${missing.join(", ")}`);
  const material = {
    certificateAuthority: decode(secret, secretKeys.certificateAuthority),
    certificate: decode(secret, secretKeys.certificate),
    privateKey: decode(secret, secretKeys.privateKey),
  };
  try {
    checkCertificateMaterial(material);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const problem = `is unusable: under ${secretKeys[error.part]}, ${error.message.replace(/\.+$/, "")}`;
    throw new ClientSecretError(namespace, name, problem, { cause: error });
  }
  return material;
}

function decode(secret: V1Secret, key: string): Buffer {
  return Buffer.from(secret.data?.[key] ?? "", "base64");
}
