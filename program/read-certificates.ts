import type { BroughtCertificates } from "@trident-etcd/migration/certificates/brought-certificates.ts";
import { checkBroughtCertificates } from "@trident-etcd/migration/certificates/check-brought-certificates.ts";
import {
  readBroughtFiles,
  readBroughtSecrets,
  type ReadBrought,
} from "@trident-etcd/migration/certificates/read-brought-certificates.ts";
import { connectToCluster, type ClusterAccess } from "@trident-etcd/migration/kubernetes/cluster-client.ts";

import { ConfigurationError } from "./settings/configuration-error.ts";
import type { Settings } from "./settings/settings.ts";

/**
 * The certificates that the settings name files or Secrets for, found fit for the members of `clusterName`; undefined when
 * they are to be generated.
 *
 * @throws ConfigurationError with all that is wrong with them, and what reaching the cluster raises
 */
export async function readCertificates(
  settings: Settings,
  clusterName: string,
  access: ClusterAccess,
): Promise<BroughtCertificates | undefined> {
  const read = await readNamed(settings, access);
  if (read === undefined) return undefined;
  const { namespace, clusterDomain } = settings;
  const wrong = checkBroughtCertificates(read.brought, { clusterName, namespace, clusterDomain }, new Date());
  const problems = [...read.problems, ...wrong];
  const { server, peer, client } = read.brought;
  if (problems.length > 0 || server === undefined || peer === undefined || client === undefined) {
    throw new ConfigurationError(problems);
  }
  return { server, peer, client };
}

async function readNamed(settings: Settings, access: ClusterAccess): Promise<ReadBrought | undefined> {
  const { certificateDirectory, namespace } = settings;
  if (certificateDirectory !== "") return readBroughtFiles(certificateDirectory, "certificateDirectory");
  if (settings.serverCertificateSecret === "") return undefined;
  return readBroughtSecrets(connectToCluster(access), namespace, {
    server: settings.serverCertificateSecret,
    peer: settings.peerCertificateSecret,
    client: settings.clientCertificateSecret,
  });
}
