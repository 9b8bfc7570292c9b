import type { V1Secret } from "@kubernetes/client-node";
import type { CertificateMaterial, CertificatePart } from "./client-certificate.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isNotFound } from "../kubernetes/errors.ts";

/** The names under which a Secret has the parts, such as {ca.crt, tls.crt, tls.key}. */
export type CertificateKeys = Readonly<Record<CertificatePart, string>>;

export interface CertificateSecret {
  readonly namespace: string;
  readonly name: string;
  readonly keys: CertificateKeys;
}

/** A Secret that settings name does not exist, or lacks keys; all that it lacks. */
export class CertificateSecretError extends Error {
  override readonly name = "CertificateSecretError";
  /** Whole sentences. Nothing of the Secret's content. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join(" "));
    this.problems = problems;
  }
}

/**
 * The PEM parts from a Secret, as they are: what is in them is checked where they are used.
 *
 * @throws CertificateSecretError, and ClusterRequestError for what the API server refuses.
 */
export async function readCertificateSecret(
  cluster: Pick<ClusterClient, "core">,
  { namespace, name, keys }: CertificateSecret,
): Promise<CertificateMaterial> {
  return materialOf(await findSecret(cluster, namespace, name), { namespace, name, keys });
}

/** @throws CertificateSecretError */
export function materialOf(secret: V1Secret, { namespace, name, keys }: CertificateSecret): CertificateMaterial {
  const data = secret.data ?? {};
  const missing = Object.values(keys).filter((key) => (data[key] ?? "") === "");
  if (missing.length > 0) {
    throw new CertificateSecretError(missing.map((key) => lacksKey(key, Object.keys(data), `${namespace}/${name}`)));
  }
  return {
    certificateAuthority: decode(data[keys.certificateAuthority]),
    certificate: decode(data[keys.certificate]),
    privateKey: decode(data[keys.privateKey]),
  };
}

/** @throws CertificateSecretError when there is no such Secret. */
export async function findSecret(
  cluster: Pick<ClusterClient, "core">,
  namespace: string,
  name: string,
): Promise<V1Secret> {
  try {
    return await cluster.core.readNamespacedSecret({ namespace, name });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const problem =
      `Secret ${name} does not exist in namespace ${namespace}. Make it, or name the one that there is; ` +
      `\`kubectl --namespace ${namespace} get secrets\` lists them.`;
    throw new CertificateSecretError([problem]);
  }
}

function lacksKey(key: string, present: readonly string[], secret: string): string {
  const has = present.length === 0 ? "it is empty" : `it has ${[...present].sort().join(", ")}`;
  return `Secret ${secret} has nothing under the key ${key}: ${has}. Put the PEM there, or name the key under which it is.`;
}

function decode(base64: string | undefined): Buffer {
  return Buffer.from(base64 ?? "", "base64");
}
