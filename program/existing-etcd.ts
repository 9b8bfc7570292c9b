import * as pulumi from "@pulumi/pulumi";
import type { ExistingEtcdAddress } from "@trident-etcd/migration/connect/etcd-address.ts";
import type { EtcdIdentity } from "@trident-etcd/migration/connect/etcd-identity.ts";
import { expiryOf } from "@trident-etcd/migration/certificates/client-certificate.ts";

import { certificateVersion } from "../components/etcd/certificate-version.ts";
import { ExistingEtcd } from "../components/etcd/existing-etcd.ts";
import { clientSecrets, type ClientSecrets } from "./client-secrets.ts";
import { isGiven, podsOf } from "./pods.ts";
import type { Settings } from "./settings/settings.ts";
import type { TridentsEtcd } from "./tridents-etcd.ts";

/** Where the settings say that the etcd is, with the names of the Secrets that the stack makes; undefined for one of its own. */
export function existingEtcdAddress(settings: Settings): ExistingEtcdAddress | undefined {
  if (settings.existingEtcdEndpoints.length === 0) return undefined;
  const { helper: gatewayPod } = podsOf(settings);
  const { clientSecret, credentialsSecret } = clientSecrets(settings);
  return {
    namespace: settings.namespace,
    endpoints: settings.existingEtcdEndpoints,
    ...(settings.existingEtcdPlaintext ? {} : { clientSecret }),
    ...(settings.existingEtcdUsername === "" ? {} : { credentialsSecret }),
    reach: settings.existingEtcdReach,
    gatewayImage: `${settings.etcdRepository}:v${settings.etcdVersion}`,
    ...(isGiven(gatewayPod) ? { gatewayPod } : {}),
  };
}

/** The host by which Trident reaches its etcd. */
export function etcdHost(etcdName: string, existing: ExistingEtcdAddress | undefined): string {
  const [endpoint] = existing?.endpoints ?? [];
  return endpoint === undefined ? `${etcdName}-client` : new URL(endpoint).hostname;
}

/** An etcd that somebody else runs: only the Secrets for it are made. */
export function useExistingEtcd(
  address: ExistingEtcdAddress,
  { clientSecret, credentialsSecret, suffix }: ClientSecrets,
  { tls, credentials }: EtcdIdentity,
  onCluster: pulumi.ComponentResourceOptions,
): TridentsEtcd {
  const etcd = new ExistingEtcd(
    // Another component, with other Secrets: Pulumi removes those for the etcd before at the end of the run that moves Trident.
    `existing-etcd${suffix}`,
    {
      namespace: address.namespace,
      endpoints: address.endpoints,
      clientSecretName: clientSecret,
      credentialsSecretName: credentialsSecret,
      ...(tls === undefined
        ? {}
        : {
            client: {
              certificateAuthority: pulumi.secret(tls.certificateAuthority.toString("utf8")),
              certificate: pulumi.secret(tls.certificate.toString("utf8")),
              privateKey: pulumi.secret(tls.privateKey.toString("utf8")),
              validUntil: expiryOf("certificate", tls.certificate).toISOString(),
            },
          }),
      ...(credentials === undefined
        ? {}
        : { credentials: { username: credentials.username, password: pulumi.secret(credentials.password) } }),
    },
    onCluster,
  );
  return {
    component: etcd,
    address: etcd.etcdClientEndpoint.apply(() => address),
    etcdClientEndpoint: etcd.etcdClientEndpoint,
    members: etcd.endpoints,
    clientSecretName: etcd.clientSecretName,
    clientCertificateVersion: tls === undefined ? "none" : certificateVersion(tls),
    certificateExpiry:
      etcd.clientCertificateExpiry === undefined
        ? pulumi.output({})
        : pulumi.output({ client: etcd.clientCertificateExpiry }),
  };
}
