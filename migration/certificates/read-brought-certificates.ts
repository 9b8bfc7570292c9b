import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { V1Secret } from "@kubernetes/client-node";
import type { CertificatePart } from "./client-certificate.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { certificateRoles, type BroughtCertificates, type CertificateRole } from "./brought-certificates.ts";
import { CertificateFilesError, readCertificateFiles } from "./read-certificate-files.ts";
import { CertificateSecretError, findSecret, materialOf, type CertificateKeys } from "./read-certificate-secret.ts";

/** What could be read, and a sentence for each thing that could not. */
export interface ReadBrought {
  readonly brought: Partial<BroughtCertificates>;
  readonly problems: readonly string[];
}

/** The names that the etcd-operator's documentation gives to files and to keys of Secrets alike. */
const operatorNames: Readonly<Record<CertificateRole, CertificateKeys>> = {
  server: { certificate: "server.crt", privateKey: "server.key", certificateAuthority: "server-ca.crt" },
  peer: { certificate: "peer.crt", privateKey: "peer.key", certificateAuthority: "peer-ca.crt" },
  client: { certificate: "etcd-client.crt", privateKey: "etcd-client.key", certificateAuthority: "etcd-client-ca.crt" },
};

/** Those of cert-manager, and of Kubernetes' own type of Secret. */
const certManagerNames: CertificateKeys = {
  certificate: "tls.crt",
  privateKey: "tls.key",
  certificateAuthority: "ca.crt",
};

/** In a folder, the CA of each role that has none of its own. */
const sharedAuthority = "ca.crt";

/** From a folder with a file for each part, named as the etcd-operator's documentation does. */
export function readBroughtFiles(directory: string, setting: string): ReadBrought {
  const named = `${setting} is ${JSON.stringify(directory)}`;
  if (!isDirectory(directory)) {
    const wayOut = "Check the path; a relative one begins in the program's folder";
    return { brought: {}, problems: [`${named}: there is no such folder. ${wayOut}.`] };
  }
  return collect(certificateRoles, (role) => {
    const names = fileNames(role, directory);
    const file = (name: string) => ({ setting: `${name} in ${setting}`, path: path.join(directory, name) });
    const material = readCertificateFiles({
      certificate: file(names.certificate),
      privateKey: file(names.privateKey),
      certificateAuthority: file(names.certificateAuthority),
    });
    return { ...material, places: placesOf(names, (name) => `${name} in folder ${directory}`) };
  });
}

function fileNames(role: CertificateRole, directory: string): CertificateKeys {
  const names = operatorNames[role];
  const hasOwn = existsSync(path.join(directory, names.certificateAuthority));
  const isShared = !hasOwn && existsSync(path.join(directory, sharedAuthority));
  return isShared ? { ...names, certificateAuthority: sharedAuthority } : names;
}

function isDirectory(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * From Secrets, under the keys of cert-manager or those of the etcd-operator.
 *
 * @throws ClusterRequestError for what the API server refuses, ClusterUnreachableError
 */
export async function readBroughtSecrets(
  cluster: Pick<ClusterClient, "core">,
  namespace: string,
  names: Readonly<Record<CertificateRole, string>>,
): Promise<ReadBrought> {
  const secrets = new Map<CertificateRole, V1Secret>();
  const missing: string[] = [];
  for (const role of certificateRoles) {
    try {
      secrets.set(role, await findSecret(cluster, namespace, names[role]));
    } catch (error) {
      missing.push(...problemsIn(error));
    }
  }
  const { brought, problems } = collect([...secrets.keys()], (role) => {
    const name = names[role];
    const keys = keysOf(secrets.get(role) ?? {}, role);
    const material = materialOf(secrets.get(role) ?? {}, { namespace, name, keys });
    return { ...material, places: placesOf(keys, (key) => `key ${key} of Secret ${name}`) };
  });
  return { brought, problems: [...missing, ...problems] };
}

/** Those of which the Secret has more. */
function keysOf({ data = {} }: V1Secret, role: CertificateRole): CertificateKeys {
  const present = (keys: CertificateKeys): number => Object.values(keys).filter((key) => key in data).length;
  return present(certManagerNames) > present(operatorNames[role]) ? certManagerNames : operatorNames[role];
}

function placesOf(names: CertificateKeys, place: (name: string) => string): Record<CertificatePart, string> {
  return {
    certificate: place(names.certificate),
    privateKey: place(names.privateKey),
    certificateAuthority: place(names.certificateAuthority),
  };
}

function collect(
  roles: readonly CertificateRole[],
  read: (role: CertificateRole) => BroughtCertificates[CertificateRole],
): ReadBrought {
  const brought: Partial<Record<CertificateRole, BroughtCertificates[CertificateRole]>> = {};
  const problems: string[] = [];
  for (const role of roles) {
    try {
      brought[role] = read(role);
    } catch (error) {
      problems.push(...problemsIn(error));
    }
  }
  return { brought, problems };
}

function problemsIn(error: unknown): readonly string[] {
  if (error instanceof CertificateFilesError || error instanceof CertificateSecretError) return error.problems;
  throw error;
}
