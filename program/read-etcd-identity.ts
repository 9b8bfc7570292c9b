import {
  CertificateFilesError,
  readCertificateFiles,
} from "@trident-etcd/migration/certificates/read-certificate-files.ts";
import {
  CertificateSecretError,
  readCertificateSecret,
} from "@trident-etcd/migration/certificates/read-certificate-secret.ts";
import type { EtcdIdentity } from "@trident-etcd/migration/connect/etcd-identity.ts";
import {
  CertificateError,
  checkCertificateMaterial,
  type CertificateMaterial,
  type CertificatePart,
} from "@trident-etcd/migration/certificates/client-certificate.ts";
import { connectToCluster, type ClusterAccess } from "@trident-etcd/migration/kubernetes/cluster-client.ts";

import { ConfigurationError } from "./settings/configuration-error.ts";
import type { Settings } from "./settings/settings.ts";

/**
 * What the settings name for an existing etcd: files on this machine, or a Secret, and a password.
 *
 * @throws ConfigurationError with every file or key that can't be used, and nothing of what is in it.
 */
export async function readEtcdIdentity(settings: Settings, access: ClusterAccess): Promise<EtcdIdentity> {
  const { existingEtcdUsername: username, existingEtcdPassword: password, existingEtcdPlaintext } = settings;
  return {
    ...(existingEtcdPlaintext ? {} : { tls: await readMaterial(settings, access) }),
    ...(username === "" ? {} : { credentials: { username, password } }),
  };
}

async function readMaterial(settings: Settings, access: ClusterAccess): Promise<CertificateMaterial> {
  const places = settings.existingEtcdSecret === "" ? filesOf(settings) : keysOf(settings);
  try {
    const material = await places.read(access);
    checkCertificateMaterial(material);
    return material;
  } catch (error) {
    if (error instanceof CertificateFilesError || error instanceof CertificateSecretError) {
      throw new ConfigurationError(error.problems);
    }
    if (!(error instanceof CertificateError)) throw error;
    throw new ConfigurationError([`${places.place[error.part]}: ${error.message}.`]);
  }
}

interface Places {
  /** Where each part is, for messages. */
  readonly place: Readonly<Record<CertificatePart, string>>;
  readonly read: (access: ClusterAccess) => CertificateMaterial | Promise<CertificateMaterial>;
}

function filesOf(settings: Settings): Places {
  const file = (setting: "existingEtcdCaFile" | "existingEtcdCertificateFile" | "existingEtcdKeyFile") => ({
    setting,
    path: settings[setting],
  });
  const files = {
    certificateAuthority: file("existingEtcdCaFile"),
    certificate: file("existingEtcdCertificateFile"),
    privateKey: file("existingEtcdKeyFile"),
  };
  const said = ({ setting, path }: ReturnType<typeof file>): string => `${setting} is ${JSON.stringify(path)}`;
  return {
    place: {
      certificateAuthority: said(files.certificateAuthority),
      certificate: said(files.certificate),
      privateKey: said(files.privateKey),
    },
    read: () => readCertificateFiles(files),
  };
}

function keysOf({ namespace, existingEtcdSecret: name, existingEtcdSecretKeys }: Settings): Places {
  const [certificateAuthority = "", certificate = "", privateKey = ""] = existingEtcdSecretKeys;
  const keys = { certificateAuthority, certificate, privateKey };
  const said = (key: string): string => `existingEtcdSecret is ${JSON.stringify(name)}, key ${key}`;
  return {
    place: {
      certificateAuthority: said(certificateAuthority),
      certificate: said(certificate),
      privateKey: said(privateKey),
    },
    read: (access) => readCertificateSecret(connectToCluster(access), { namespace, name, keys }),
  };
}
