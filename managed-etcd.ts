import * as pulumi from "@pulumi/pulumi";
import type {
  BroughtCertificates,
  CertificateRole,
} from "@trident-etcd/migration/certificates/brought-certificates.ts";
import type { GeneratedAuthority } from "@trident-etcd/migration/plan/generated-authority.ts";
import type { Platform } from "@trident-etcd/migration/platform/detect-platform.ts";

import { certificateVersion } from "./certificate-version.ts";
import { BroughtEtcdTls } from "./components/brought-etcd-tls.ts";
import { DefinitionRemoval } from "./components/definition-removal.ts";
import { EtcdCluster } from "./components/etcd-cluster.ts";
import { EtcdOperator } from "./components/etcd-operator.ts";
import type { CertificateWithKey } from "./components/etcd-secrets.ts";
import { EtcdTls } from "./components/etcd-tls.ts";
import { FinalSnapshot, FinalSnapshotTrial } from "./components/final-snapshot.ts";
import { MembersGone } from "./components/members-gone.ts";
import { tridentPods } from "./components/trident.ts";
import type { ChosenCluster } from "./chosen-cluster.ts";
import type { Settings } from "./config.ts";
import type { TridentsEtcd } from "./tridents-etcd.ts";

/** What the settings alone don't tell. */
export interface EtcdSurroundings {
  readonly platform: Platform;
  /** Those that the user brings; undefined where they are generated. */
  readonly certificates: BroughtCertificates | undefined;
  /** Whether the definition of EtcdCluster is the stack's own, or somebody else's. */
  readonly definition: "own" | "existing";
  /** For what a destroy does besides deleting objects. */
  readonly access: ChosenCluster["inputs"];
  readonly onCluster: pulumi.ComponentResourceOptions & {
    readonly providers: { readonly kubernetes: pulumi.Resource };
  };
}

/**
 * An etcd of the stack's own: its certificates, generated or brought, the operator, and the cluster that the operator runs. In a
 * destroy the order is the reverse: a last snapshot, the EtcdCluster, its members, the operator, the certificates, and the
 * definition if nothing uses it.
 */
export function createManagedEtcd(
  clusterName: string,
  settings: Settings,
  { platform, certificates: brought, definition, access, onCluster }: EtcdSurroundings,
): TridentsEtcd {
  const { namespace, timeoutSeconds } = settings;
  const userId = platform === "openshift" ? "assigned" : 1000;

  const tls = createTls(clusterName, settings, brought, onCluster);
  const clientCertificateVersion = brought === undefined ? tls.expiry.client : certificateVersion(brought.client);

  const definitionRemoval = new DefinitionRemoval(
    "etcd-definition-removal",
    { ...access, timeoutSeconds },
    { dependsOn: [onCluster.providers.kubernetes] },
  );
  const operator = new EtcdOperator(
    "etcd-operator",
    {
      namespace,
      clientSecretNames: [tls.clientSecretName],
      clientCertificateVersion,
      image: settings.operatorImage,
      userId,
      definition,
      timeoutSeconds,
    },
    { ...onCluster, dependsOn: [definitionRemoval] },
  );
  const membersGone = new MembersGone(
    `${clusterName}-members-gone`,
    { ...access, namespace, etcdCluster: clusterName, timeoutSeconds },
    { dependsOn: [tls, operator] },
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
    { ...onCluster, dependsOn: [operator, membersGone] },
  );
  const snapshotArgs = {
    ...access,
    namespace,
    etcdCluster: etcd.clusterName,
    clientSecret: tls.clientSecretName,
    snapshotDirectory: settings.snapshotDirectory,
  };
  const finalSnapshot = new FinalSnapshot(`${clusterName}-final-snapshot`, snapshotArgs);
  // What uses the etcd is to be gone before its last snapshot.
  const { clusterName: name, etcdClientEndpoint } = etcd;
  const guarded = pulumi.all([name, etcdClientEndpoint, finalSnapshot.id]);

  return {
    address: pulumi
      .all([guarded, tls.clientSecretName])
      .apply(([[etcdCluster], clientSecret]) => ({ namespace, etcdCluster, clientSecret })),
    etcdClientEndpoint: guarded.apply(([, endpoint]) => endpoint),
    members: etcd.members,
    clientSecretName: tls.clientSecretName,
    clientCertificateVersion,
    certificateExpiry: tls.expiry,
    tryFinalSnapshotBefore: (users) => {
      new FinalSnapshotTrial(`${clusterName}-final-snapshot-trial`, snapshotArgs, { dependsOn: users });
    },
  };
}

/** What the plan compares with the CA of members that run. */
export function generatedAuthority(settings: Settings): GeneratedAuthority {
  return { keyAlgorithm: settings.certificateKeyAlgorithm, organization: settings.certificateOrganization };
}

function createTls(
  clusterName: string,
  settings: Settings,
  brought: BroughtCertificates | undefined,
  onCluster: pulumi.ComponentResourceOptions,
): EtcdTls | BroughtEtcdTls {
  const { namespace } = settings;
  if (brought !== undefined) {
    const { server, peer, client } = brought;
    const certificates = { server: asText(server), peer: asText(peer), client: asText(client) };
    return new BroughtEtcdTls("etcd-tls", { namespace, certificates }, onCluster);
  }
  return new EtcdTls(
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
}

type Brought = BroughtCertificates[CertificateRole];

function asText({ certificate, privateKey, certificateAuthority }: Brought): CertificateWithKey {
  return {
    certificate: certificate.toString(),
    privateKey: pulumi.secret(privateKey.toString()),
    authority: certificateAuthority.toString(),
  };
}
