import * as pulumi from "@pulumi/pulumi";
import { withoutKeys, type BroughtCertificates } from "@trident-etcd/migration/certificates/brought-certificates.ts";
import { etcdAddress, type ExistingEtcdAddress } from "@trident-etcd/migration/connect/etcd-address.ts";
import type { EtcdIdentity } from "@trident-etcd/migration/connect/etcd-identity.ts";
import { keyPrefix } from "@trident-etcd/migration/copy/store/key-range.ts";
import type { Platform } from "@trident-etcd/migration/kubernetes/detect-platform.ts";
import type { ClusterAccess } from "@trident-etcd/migration/kubernetes/cluster-client.ts";
import type { PlanRequest } from "@trident-etcd/migration/plan/plan-request.ts";

import { clientSecrets } from "./client-secrets.ts";
import { legacyTrident } from "./legacy-trident.ts";
import { generatedAuthority } from "./managed-etcd.ts";
import { podRequest } from "./pods.ts";
import { snapshotClaimOf } from "./etcd-restore.ts";
import type { Settings } from "./settings/settings.ts";
import { stackName } from "./stack-annotations.ts";

/** What the settings alone don't tell. */
interface Known {
  readonly cluster: ClusterAccess;
  /** Of the stack's own etcd. */
  readonly etcdName: string;
  /** Undefined for an etcd of the stack's own. */
  readonly existing: ExistingEtcdAddress | undefined;
  /** For the existing one. */
  readonly etcdIdentity: EtcdIdentity;
  readonly platform: Platform;
  /** Those that the user brings; undefined where they are generated. */
  readonly certificates: BroughtCertificates | undefined;
  readonly stackPods: Required<PlanRequest>["stackPods"];
}

export function planRequest(settings: Settings, known: Known): PlanRequest {
  const { cluster, etcdName, existing, etcdIdentity, platform, certificates, stackPods } = known;
  const { namespace, trident, migrate, rollback, takeOver, abandonedEtcd, snapshotDirectory } = settings;
  const { tridentImage, etcdClusterSize, etcdVersion, certificateValidityHours, certificateEarlyRenewalHours } =
    settings;
  const legacy = legacyTrident(settings);
  return {
    ...legacy,
    prefix: keyPrefix(legacy.prefix),
    ...(trident ? {} : { trident }),
    ...(settings.createNamespace ? { createNamespace: true } : {}),
    ...{ cluster, namespace, migrate, rollback, takeOver, abandonedEtcd, snapshotDirectory, tridentImage },
    ...{ etcdClusterSize, etcdVersion, certificateValidityHours, certificateEarlyRenewalHours },
    ...(existing === undefined
      ? { images: { operator: settings.operatorImage, etcd: `${settings.etcdRepository}:v${settings.etcdVersion}` } }
      : {}),
    stack: stackName(),
    stackPods,
    abandonedClaims: settings.abandonedClaim,
    destination: etcdAddress(
      existing ?? { namespace, etcdCluster: etcdName, clientSecret: clientSecrets(settings).clientSecret },
    ),
    ...(existing === undefined ? {} : { existing: existingEtcdRequest(settings, etcdIdentity) }),
    ...(certificates === undefined
      ? { generatedCertificates: generatedAuthority(settings) }
      : { broughtCertificates: withoutKeys(certificates) }),
    ...constraintOn(platform),
    pods: podRequest(settings),
    ...(settings.tridentClusterRole === "own" ? {} : { tridentClusterRole: settings.tridentClusterRole }),
    ...(settings.etcdClusterCrd === "own" ? {} : { etcdClusterCrd: settings.etcdClusterCrd }),
    ...keysToDiscard(settings),
    ...(existing === undefined && settings.etcdStorageSize !== ""
      ? { memberStorage: { size: settings.etcdStorageSize, storageClass: settings.etcdStorageClass } }
      : {}),
    ...(settings.movedFromEtcd === "" ? {} : { movedFromEtcd: settings.movedFromEtcd }),
    ...(settings.restoreFrom === "" ? {} : { restoreFrom: settings.restoreFrom }),
    ...(settings.restoreFrom.startsWith("claim:") ? { restoreClaim: snapshotClaimOf(settings, etcdName) } : {}),
    ownEtcd: etcdName,
    ...(settings.defragmentationSchedule === "" || existing !== undefined
      ? {}
      : { defragmentationSchedule: settings.defragmentationSchedule }),
    ...(settings.snapshotSchedule === "" ? {} : { snapshots: snapshotRequest(settings) }),
  };
}

function snapshotRequest(settings: Settings): PlanRequest["snapshots"] & object {
  const { snapshotSchedule: schedule, snapshotKeep: keep, snapshotKeepDays: keepDays, snapshotClaim: claim } = settings;
  const { snapshotStorageSize: storageSize, snapshotStorageClass: storageClass } = settings;
  return { ...{ schedule, keep, keepDays, storageSize, storageClass }, ...(claim === "" ? {} : { claim }) };
}

/** Trident's image runs as root, which OpenShift's own choice would not allow. */
export function constraintOn(platform: Platform): { readonly securityContextConstraint?: string } {
  return platform === "openshift" ? { securityContextConstraint: "anyuid" } : {};
}

/** As TridentAccount takes it, whose arguments are kept in the stack's state: nothing where it is as it always was. */
export function tridentsClusterRole({ tridentClusterRole: whose }: Settings): { readonly clusterRole?: "existing" } {
  return whose === "existing" ? { clusterRole: whose } : {};
}

function existingEtcdRequest(settings: Settings, identity: EtcdIdentity): PlanRequest["existing"] & object {
  return {
    identity,
    adoptState: settings.existingEtcdAdoptState,
    mayMakePods: !pulumi.runtime.isDryRun(),
    timeoutSeconds: settings.timeoutSeconds,
  };
}

/** As those take it that may discard keys: nothing where the user gives up none. */
export function keysToDiscard({ discardedKeys }: Settings): { readonly discardedKeys?: number } {
  return discardedKeys === 0 ? {} : { discardedKeys };
}
