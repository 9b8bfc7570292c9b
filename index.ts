import { inputOf } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import { makePlan } from "@trident-etcd/migration/plan/make-plan.ts";
import { planOutput } from "@trident-etcd/migration/plan/describe/plan-output.ts";

import { KeptReport } from "./components/destroy/kept-report.ts";
import { StateMigration } from "./components/migration/state-migration.ts";
import { StackNamespace } from "./components/stack/stack-namespace.ts";
import { StackRecord } from "./components/stack/stack-record.ts";
import { TridentAccount } from "./components/trident/trident-account.ts";
import { Trident, tridentSpec } from "./components/trident/trident.ts";
import { clientSecrets } from "./program/client-secrets.ts";
import { choosePlatform, clusterAccess } from "./program/cluster-access.ts";
import { etcdHost, existingEtcdAddress, useExistingEtcd } from "./program/existing-etcd.ts";
import { moveTrident, summarizeMove } from "./program/etcd-move.ts";
import { restoreEtcd, summarizeRestore } from "./program/etcd-restore.ts";
import { explained } from "./program/explained.ts";
import { pullTridentImage } from "./program/image-pull.ts";
import { kubernetesOptions } from "./program/kubernetes-options.ts";
import { legacyTrident } from "./program/legacy-trident.ts";
import { createManagedEtcd } from "./program/managed-etcd.ts";
import { constraintOn, keysToDiscard, planRequest, tridentsClusterRole } from "./program/plan-request.ts";
import { noteRevisionSeen } from "./program/note-revision.ts";
import { carriedPodInput, isGiven, podsOf } from "./program/pods.ts";
import { readCertificates } from "./program/read-certificates.ts";
import { readEtcdIdentity } from "./program/read-etcd-identity.ts";
import { checkServing } from "./program/serving-check.ts";
import { readSettings } from "./program/settings/read-settings.ts";
import { stackPods } from "./program/stack-pods.ts";
import { guardStack, registerIdentity } from "./program/stack-identity.ts";
import { tellRefusals } from "./program/tell-refusals.ts";
import type { TridentsEtcd } from "./program/tridents-etcd.ts";
import { withoutProxyTo } from "./program/without-proxy.ts";
import { outcomeOf, writeReport } from "./program/write-report.ts";

// Configuration.
const settings = await explained(readSettings);
const { plain: cluster, inputs } = clusterAccess();
const etcdName = "trident-etcd";
const certificates = await explained(() => readCertificates(settings, etcdName, cluster));
const platform = await explained(() => choosePlatform(settings.platform, cluster));
const existing = existingEtcdAddress(settings);
const etcdIdentity = existing === undefined ? {} : await explained(() => readEtcdIdentity(settings, cluster));
const legacy = legacyTrident(settings);

// The plan: looks only. What is in its way is refused before anything is registered but who the stack is.
const request = planRequest(settings, {
  cluster,
  etcdName,
  existing,
  etcdIdentity,
  platform,
  certificates,
  stackPods: (dependOn) => stackPods(settings, { etcdName, existing, platform }, dependOn),
});
const plan = await explained(() => makePlan(request));
const identity = await explained(() => registerIdentity(plan, settings, inputs));
const access = { ...inputs, clusterUid: identity.clusterUid };
await noteRevisionSeen(plan, { cluster, namespace: settings.namespace, record: legacy.record });

// Components.
// What is made first is removed last: the report of what a destroy has kept comes after all else.
const keptReport = new KeptReport(
  "kept-report",
  { ...access, kept: plan.destroyKeeps },
  { dependsOn: [identity.resource] },
);
const namespaceMade = settings.createNamespace
  ? new StackNamespace(
      "stack-namespace",
      { ...access, namespace: settings.namespace, makeAgain: plan.makesNamespace ? new Date().toISOString() : "" },
      { dependsOn: [keptReport] },
    )
  : undefined;
const onCluster = kubernetesOptions(inputs, identity, namespaceMade ?? keptReport, plan.apis);

tellRefusals(cluster, {
  namespace: settings.namespace,
  deployments: ["etcd-operator", legacy.legacyDeployment],
  ...(existing === undefined ? { etcdCluster: etcdName } : {}),
});

const record = new StackRecord("stack-record", { namespace: settings.namespace, record: legacy.record }, onCluster);

const etcd: TridentsEtcd =
  existing === undefined
    ? createManagedEtcd(etcdName, settings, {
        platform,
        certificates,
        crd: plan.crd,
        apis: plan.apis,
        access,
        record: record.recordName,
        makesSnapshotClaim: plan.snapshots?.makesClaim === true,
        onCluster,
      })
    : useExistingEtcd(existing, clientSecrets(settings), etcdIdentity, onCluster);

const account = settings.trident
  ? new TridentAccount(
      "trident-account",
      { namespace: settings.namespace, ...constraintOn(platform), ...tridentsClusterRole(settings) },
      onCluster,
    )
  : undefined;

const pods = podsOf(settings, plan.carriedPod?.pod());
const tridentArgs = account && {
  serviceAccountName: account.serviceAccountName,
  serviceAccountUid: account.serviceAccountUid,
  image: settings.tridentImage,
  debug: settings.tridentDebug,
  etcdClientEndpoint: etcd.etcdClientEndpoint,
  ...(etcd.clientSecretName === undefined ? {} : { clientSecretName: etcd.clientSecretName }),
  clientCertificateVersion: etcd.clientCertificateVersion,
  ...(isGiven(pods.trident) ? { pod: withoutProxyTo(etcdHost(etcdName, existing), pods.trident) } : {}),
  timeoutSeconds: settings.timeoutSeconds,
  ...inputOf(plan.apis),
};

const restore = restoreEtcd(settings, plan, etcdName, { access, etcd, record: record.recordName });

const imagePull = tridentArgs && pullTridentImage(settings, tridentArgs, { access, record: record.recordName });

const stateMigration =
  settings.migrate && tridentArgs !== undefined
    ? new StateMigration(
        "state-migration",
        {
          ...access,
          ...legacy,
          ...keysToDiscard(settings),
          record: record.recordName,
          namespace: settings.namespace,
          snapshotDirectory: settings.snapshotDirectory,
          destination: etcd.address,
          newTrident: tridentSpec(tridentArgs),
          ...carriedPodInput(plan.carriedPod),
          ...(isGiven(pods.helper) ? { helperPod: pods.helper } : {}),
          rollback: settings.rollback,
          timeoutSeconds: settings.timeoutSeconds,
        },
        onCluster,
      )
    : undefined;
const summary = stateMigration?.summary;

const move =
  tridentArgs && imagePull
    ? moveTrident(settings, plan, {
        ...{ access, etcd, imagePull, record: record.recordName },
        newTrident: tridentSpec(tridentArgs),
      })
    : undefined;

// An etcd alone has none. Rolled back, the old Trident has its place. Pulumi deletes what is no longer registered last: the new one,
// then the migration, whose removal puts the old one back.
const trident =
  tridentArgs === undefined || imagePull === undefined
    ? undefined
    : new Trident(
        "trident",
        {
          ...tridentArgs,
          namespace: settings.namespace,
          ...(summary === undefined ? {} : { migratedStateDigest: summary.sha256 }),
        },
        { ...onCluster, dependsOn: [imagePull, move, restore].filter((each) => each !== undefined) },
      );

const made = { access, record: record.recordName, etcd, stateMigration, restore };
const serving = settings.rollback ? undefined : checkServing(settings, plan, { ...made, trident });

const users = [stateMigration, move, restore, trident].filter((user) => user !== undefined);
const trial = etcd.usedBy?.(...users);
const all = [...users, serving, trial, etcd.component, record, account].filter((each) => each !== undefined);
const deployment = trident === undefined ? undefined : legacy.legacyDeployment;
guardStack(identity, { namespace: settings.namespace, record: legacy.record, trident: deployment, access }, all);

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
export const lastSnapshot = plan.snapshots?.last;
export const migration = summary;
export const etcdMove = summarizeMove(move);
export const etcdRestore = summarizeRestore(restore);

if (!settings.rollback) writeReport(settings.report, plan, outcomeOf(etcd, trident, summary));
