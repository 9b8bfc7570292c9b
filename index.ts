import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checkCluster } from "@trident-etcd/migration/preflight/check-cluster.ts";

import { chosenCluster } from "./chosen-cluster.ts";
import { EtcdCluster } from "./components/etcd-cluster.ts";
import { EtcdOperator } from "./components/etcd-operator.ts";
import { EtcdTls } from "./components/etcd-tls.ts";
import { StateMigration } from "./components/state-migration.ts";
import { Trident } from "./components/trident.ts";
import { readSettings } from "./config.ts";
import { describeFindings } from "./describe-findings.ts";
import { explained } from "./explained.ts";

// Configuration.
const settings = await explained(readSettings);
const access = chosenCluster();
const { timeoutSeconds } = settings;

const etcdName = "trident-etcd";
const legacy = {
  legacyDeployment: "trident",
  legacyEtcdContainer: "etcd",
  record: "trident-etcd-migration",
  prefix: "/trident/",
};

// Checks, before anything is registered.
const findings = await explained(() =>
  checkCluster({
    cluster: access.plain,
    namespace: settings.namespace,
    migrate: settings.migrate,
    etcdCluster: etcdName,
    clientSecret: "etcd-client-tls",
    ...legacy,
  }),
);
await pulumi.log.info(describeFindings(findings, settings.namespace));

// Components.
const cluster = new kubernetes.Provider("cluster", {
  ...access.inputs,
  // A renewed certificate, or the migration's record, changes its object; it would otherwise be replaced.
  enableSecretMutable: true,
  enableConfigMapMutable: true,
});
const onCluster = { providers: { kubernetes: cluster } };

const tls = new EtcdTls(
  "etcd-tls",
  {
    namespace: settings.namespace,
    clusterName: etcdName,
    commonNames: { authority: "Trident etcd", server: "Trident etcd server", client: "Trident etcd client" },
    clusterDomain: settings.clusterDomain,
    validityHours: settings.certificateValidityHours,
    earlyRenewalHours: settings.certificateEarlyRenewalHours,
  },
  onCluster,
);

const operator = new EtcdOperator(
  "etcd-operator",
  {
    namespace: settings.namespace,
    clientSecretNames: [tls.clientSecretName],
    image: settings.operatorImage,
    timeoutSeconds,
  },
  onCluster,
);

const etcd = new EtcdCluster(
  etcdName,
  {
    namespace: settings.namespace,
    clusterName: etcdName,
    size: settings.etcdClusterSize,
    repository: settings.etcdRepository,
    version: settings.etcdVersion,
    tls,
    busyboxImage: settings.busyboxImage,
    timeoutSeconds,
  },
  { ...onCluster, dependsOn: [operator] },
);

const stateMigration = settings.migrate
  ? new StateMigration(
      "state-migration",
      {
        ...access.inputs,
        ...legacy,
        namespace: settings.namespace,
        etcdCluster: etcd.clusterName,
        clientSecret: tls.clientSecretName,
        timeoutSeconds,
      },
      onCluster,
    )
  : undefined;

const trident = new Trident(
  "trident",
  {
    namespace: settings.namespace,
    image: settings.tridentImage,
    debug: settings.tridentDebug,
    etcdClientEndpoint: etcd.etcdClientEndpoint,
    clientSecretName: tls.clientSecretName,
    clientCertificateVersion: tls.expiry.client,
    ...(stateMigration === undefined ? {} : { migratedStateDigest: stateMigration.summary.sha256 }),
    timeoutSeconds,
  },
  onCluster,
);

// Outputs.
export const namespace = settings.namespace;
export const tridentDeployment = trident.deploymentName;
export const etcdClientEndpoint = etcd.etcdClientEndpoint;
export const members = etcd.members;
export const certificateExpiry = tls.expiry;
export const migration = stateMigration?.summary;
