import type * as pulumi from "@pulumi/pulumi";
import type { Platform } from "@trident-etcd/migration/platform/detect-platform.ts";

import { EtcdCluster } from "./components/etcd-cluster.ts";
import { EtcdOperator } from "./components/etcd-operator.ts";
import { EtcdTls, type CertificateExpiry } from "./components/etcd-tls.ts";
import { tridentPods } from "./components/trident.ts";
import type { Settings } from "./config.ts";

/** The etcd that Trident is given, wherever it comes from. */
export interface TridentsEtcd {
  /** The EtcdCluster's name; resolves once its members are ready. */
  readonly clusterName: pulumi.Output<string>;
  readonly etcdClientEndpoint: pulumi.Output<string>;
  readonly members: pulumi.Output<string[]>;
  /** The Secret with which clients identify themselves; resolves once it exists. */
  readonly clientSecretName: pulumi.Output<string>;
  readonly certificateExpiry: pulumi.Output<CertificateExpiry>;
}

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
    clusterName: etcd.clusterName,
    etcdClientEndpoint: etcd.etcdClientEndpoint,
    members: etcd.members,
    clientSecretName: tls.clientSecretName,
    certificateExpiry: tls.expiry,
  };
}
