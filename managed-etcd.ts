import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "@trident-etcd/migration/platform/detect-platform.ts";

import { EtcdCluster } from "./components/etcd-cluster.ts";
import { EtcdOperator } from "./components/etcd-operator.ts";
import { EtcdTls } from "./components/etcd-tls.ts";
import { tridentPods } from "./components/trident.ts";
import type { Settings } from "./config.ts";
import type { TridentsEtcd } from "./tridents-etcd.ts";

/** An etcd of the stack's own: its certificates, the operator, and the cluster that the operator runs. */
export function createManagedEtcd(
  clusterName: string,
  settings: Settings,
  platform: Platform,
  onCluster: pulumi.ComponentResourceOptions,
): TridentsEtcd {
  const { namespace, timeoutSeconds } = settings;
  const userId = platform === "openshift" ? "assigned" : 1000;

  const tls = new EtcdTls(
    "etcd-tls",
    {
      namespace,
      clusterName,
      commonNames: { authority: "Trident etcd", server: "Trident etcd server", client: "Trident etcd client" },
      clusterDomain: settings.clusterDomain,
      validityHours: settings.certificateValidityHours,
      earlyRenewalHours: settings.certificateEarlyRenewalHours,
      keyAlgorithm: settings.certificateKeyAlgorithm,
      extraDnsNames: settings.certificateExtraDnsNames,
      ...(settings.certificateOrganization === "" ? {} : { organization: settings.certificateOrganization }),
    },
    onCluster,
  );

  const operator = new EtcdOperator(
    "etcd-operator",
    { namespace, clientSecretNames: [tls.clientSecretName], image: settings.operatorImage, userId, timeoutSeconds },
    onCluster,
  );

  const etcd = new EtcdCluster(
    clusterName,
    {
      namespace,
      clusterName,
      size: settings.etcdClusterSize,
      repository: settings.etcdRepository,
      version: settings.etcdVersion,
      tls,
      busyboxImage: settings.busyboxImage,
      clients: [tridentPods],
      antiAffinity: settings.memberAntiAffinity,
      userId,
      timeoutSeconds,
    },
    { ...onCluster, dependsOn: [operator] },
  );

  return {
    address: pulumi
      .all([etcd.clusterName, tls.clientSecretName])
      .apply(([etcdCluster, clientSecret]) => ({ namespace, etcdCluster, clientSecret })),
    etcdClientEndpoint: etcd.etcdClientEndpoint,
    members: etcd.members,
    clientSecretName: tls.clientSecretName,
    clientCertificateVersion: tls.expiry.client,
    certificateExpiry: tls.expiry,
  };
}
