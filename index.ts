import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { withoutKeys } from "@trident-etcd/migration/certificates/brought-certificates.ts";
import { keyPrefix } from "@trident-etcd/migration/copy/store/key-range.ts";
import { gatherPlan } from "@trident-etcd/migration/plan/gather-plan.ts";
import { planOutput } from "@trident-etcd/migration/plan/describe/plan-output.ts";

import { chosenCluster, choosePlatform } from "./program/chosen-cluster.ts";
import { KeptReport } from "./components/destroy/kept-report.ts";
import { ServingCheck } from "./components/stack/serving-check.ts";
import { StackRecord } from "./components/stack/stack-record.ts";
import { StateMigration } from "./components/migration/state-migration.ts";
import { TridentAccount } from "./components/trident/trident-account.ts";
import { Trident, tridentSpec } from "./components/trident/trident.ts";
import { readSettings } from "./program/settings/read-settings.ts";
import { explained } from "./program/explained.ts";
import { existingEtcdAddress, useExistingEtcd } from "./program/existing-etcd.ts";
import { createManagedEtcd, generatedAuthority } from "./program/managed-etcd.ts";
import { claimSource } from "./program/legacy-claim.ts";
import { readCertificates } from "./program/read-certificates.ts";
import { readEtcdIdentity } from "./program/read-etcd-identity.ts";
import { guardStack, registerIdentity } from "./program/own-identity.ts";
import { annotateWithStack, stackName } from "./program/stack-annotations.ts";
import type { TridentsEtcd } from "./program/tridents-etcd.ts";
import { writeReport } from "./program/write-report.ts";

// Configuration.
const settings = await explained(readSettings);
const chosen = chosenCluster();
const { timeoutSeconds } = settings;
const etcdName = "trident-etcd";
const certificates = await explained(() => readCertificates(settings, etcdName, chosen.plain));
const platform = await explained(() => choosePlatform(settings.platform, chosen.plain));
const existing = existingEtcdAddress(settings);
const identity = existing === undefined ? {} : await explained(() => readEtcdIdentity(settings, chosen.plain));
const legacy = {
  legacyClaim: claimSource(settings),
  legacyDeployment: "trident",
  legacyEtcdContainer: "etcd",
  record: "trident-etcd-migration",
  prefix: "/trident/",
};

// The plan: looks only. What is in its way is refused before anything is registered but who the stack is.
const plan = await explained(() =>
  gatherPlan({
    ...legacy,
    prefix: keyPrefix(legacy.prefix),
    cluster: chosen.plain,
    stack: stackName(),
    takeOver: settings.takeOver,
    namespace: settings.namespace,
    migrate: settings.migrate,
    rollback: settings.rollback,
    abandonedClaims: settings.abandonedClaim,
    destination: existing ?? {
      namespace: settings.namespace,
      etcdCluster: etcdName,
      clientSecret: "etcd-client-tls",
    },
    ...(existing === undefined
      ? {}
      : {
          existing: {
            identity,
            adoptState: settings.existingEtcdAdoptState,
            mayMakePods: !pulumi.runtime.isDryRun(),
            timeoutSeconds,
          },
        }),
    etcdClusterSize: settings.etcdClusterSize,
    etcdVersion: settings.etcdVersion,
    abandonedEtcd: settings.abandonedEtcd,
    tridentImage: settings.tridentImage,
    certificateValidityHours: settings.certificateValidityHours,
    certificateEarlyRenewalHours: settings.certificateEarlyRenewalHours,
    ...(certificates === undefined
      ? { generatedCertificates: generatedAuthority(settings) }
      : { broughtCertificates: withoutKeys(certificates) }),
    snapshotDirectory: settings.snapshotDirectory,
    ...(settings.discardedKeys === 0 ? {} : { discardedKeys: settings.discardedKeys }),
  }),
);
const own = await explained(() => registerIdentity(plan, settings, chosen.inputs));
const access = { ...chosen.inputs, clusterUid: own.clusterUid };

// Components.
// What is made first is removed last: the report of what a destroy has kept comes after all else.
const keptReport = new KeptReport("kept-report", { ...access, kept: plan.destroyKeeps }, { dependsOn: [own.resource] });
const cluster = new kubernetes.Provider(
  "cluster",
  {
    // Empty, the environment decides in each run, as for kubectl; left out, the SDK would record what KUBECONFIG is now.
    kubeconfig: chosen.inputs.kubeconfig ?? "",
    ...(chosen.inputs.context === undefined ? {} : { context: chosen.inputs.context }),
    // However a kubeconfig spells it, it is the same cluster, and nothing in it is replaced.
    clusterIdentifier: own.clusterUid,
    // A renewed certificate, or the migration's record, changes its object; it would otherwise be replaced.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
  },
  { dependsOn: [keptReport] },
);
const onCluster = {
  providers: { kubernetes: cluster },
  transforms: [annotateWithStack(stackName(), own.stackUid)],
};

const record = new StackRecord("stack-record", { namespace: settings.namespace, record: legacy.record }, onCluster);

const etcd: TridentsEtcd =
  existing === undefined
    ? createManagedEtcd(etcdName, settings, {
        platform,
        certificates,
        definition: plan.definition,
        access,
        record: record.recordName,
        onCluster,
      })
    : useExistingEtcd("existing-etcd", existing, identity, onCluster);

const account = new TridentAccount(
  "trident-account",
  {
    namespace: settings.namespace,
    // Its image runs as root, which OpenShift's own choice would not allow.
    ...(platform === "openshift" ? { securityContextConstraint: "anyuid" } : {}),
  },
  onCluster,
);

const tridentArgs = {
  serviceAccountName: account.serviceAccountName,
  serviceAccountUid: account.serviceAccountUid,
  image: settings.tridentImage,
  debug: settings.tridentDebug,
  etcdClientEndpoint: etcd.etcdClientEndpoint,
  ...(etcd.clientSecretName === undefined ? {} : { clientSecretName: etcd.clientSecretName }),
  clientCertificateVersion: etcd.clientCertificateVersion,
  timeoutSeconds,
};

const stateMigration = settings.migrate
  ? new StateMigration(
      "state-migration",
      {
        ...access,
        ...legacy,
        record: record.recordName,
        namespace: settings.namespace,
        snapshotDirectory: settings.snapshotDirectory,
        destination: etcd.address,
        newTrident: tridentSpec(tridentArgs),
        rollback: settings.rollback,
        ...(settings.discardedKeys === 0 ? {} : { discardedKeys: settings.discardedKeys }),
        timeoutSeconds,
      },
      onCluster,
    )
  : undefined;

const summary = stateMigration?.summary;
// Rolled back, the old Trident has its place. Pulumi deletes what is no longer registered last: the new one, then the
// migration, whose removal puts the old one back.
const trident = settings.rollback
  ? undefined
  : new Trident(
      "trident",
      {
        ...tridentArgs,
        namespace: settings.namespace,
        ...(summary === undefined ? {} : { migratedStateDigest: summary.sha256 }),
      },
      onCluster,
    );

// An `up` does not end well before all of it serves.
const serving =
  trident === undefined
    ? undefined
    : new ServingCheck(
        "serving-check",
        {
          ...access,
          namespace: settings.namespace,
          destination: etcd.address,
          prefix: legacy.prefix,
          record: record.recordName,
          ...(existing === undefined ? { size: settings.etcdClusterSize } : {}),
          tridentDeployment: trident.deploymentName,
          abandonedEtcd: settings.abandonedEtcd,
          timeoutSeconds,
          lookAgain: plan.serves ? "" : new Date().toISOString(),
        },
        { dependsOn: [trident, ...(stateMigration === undefined ? [] : [stateMigration])] },
      );

const users = [stateMigration, trident].filter((user) => user !== undefined);
const trial = etcd.usedBy?.(...users);
const all = [...users, serving, trial, etcd.component, record, account].filter((each) => each !== undefined);
const deployment = trident === undefined ? undefined : legacy.legacyDeployment;
guardStack(own, { namespace: settings.namespace, record: legacy.record, trident: deployment, access }, all);

// Outputs.
export const namespace = settings.namespace;
export const tridentDeployment = trident?.deploymentName;
export const clientEndpoint = etcd.etcdClientEndpoint;
export const etcdClientEndpoint = etcd.etcdClientEndpoint;
export const members = etcd.members;
export const certificateExpiry = etcd.certificateExpiry;
export const migrationPlan = {
  ...planOutput(plan),
  migratedAt: summary?.finishedAt,
  certificates: etcd.certificateExpiry,
};
export const migration = summary;

// Written once Trident serves: its Deployment's name is known then.
if (trident !== undefined) {
  writeReport(
    settings.report,
    plan,
    pulumi
      .all([etcd.etcdClientEndpoint, etcd.members, etcd.certificateExpiry, summary, trident.deploymentName])
      .apply(([endpoint, names, expiry, migrated]) => ({
        clientEndpoint: endpoint,
        members: names,
        certificateExpiry: { ...expiry },
        migration: migrated,
      })),
  );
}
