import * as pulumi from "@pulumi/pulumi";
import type {
  BroughtCertificates,
  CertificateRole,
} from "@trident-etcd/migration/certificates/brought-certificates.ts";
import type { GeneratedAuthority } from "@trident-etcd/migration/plan/plan-request.ts";
import { inputOf, type ClusterApis } from "@trident-etcd/migration/kubernetes/cluster-apis.ts";
import type { Platform } from "@trident-etcd/migration/kubernetes/detect-platform.ts";
import { inSettings } from "@trident-etcd/migration/wording/in-settings.ts";
import { change } from "@trident-etcd/migration/wording/change.ts";

import type { CertificateWithKey } from "../components/etcd/etcd-secrets.ts";
import { ManagedEtcd, type GeneratedCertificates, type ManagedEtcdArgs } from "../components/etcd/managed-etcd.ts";
import type { SnapshotSettings } from "../components/etcd/snapshot-schedule.ts";
import { tridentPods } from "../components/trident/trident.ts";
import type { ClusterChoice } from "../components/cluster-of.ts";
import { clientSecrets } from "./client-secrets.ts";
import { isGiven, podsOf } from "./pods.ts";
import type { Settings } from "./settings/settings.ts";

/** What the settings alone don't tell. */
export interface EtcdSurroundings {
  readonly platform: Platform;
  /** Those that the user brings; undefined where they are generated. */
  readonly certificates: BroughtCertificates | undefined;
  /** Whether the CRD of EtcdCluster is the stack's own, or somebody else's. */
  readonly crd: Required<ManagedEtcdArgs>["crd"];
  readonly apis: ClusterApis;
  /** For what a destroy does besides deleting objects. */
  readonly access: ClusterChoice;
  /** The ConfigMap in which it is recorded which etcd this is. */
  readonly record: pulumi.Input<string>;
  /** Whether the claim for snapshots is not there. @default false */
  readonly makesSnapshotClaim?: boolean;
  readonly onCluster: pulumi.ComponentResourceOptions & {
    readonly providers: { readonly kubernetes: pulumi.Resource };
  };
}

/** An etcd of the stack's own, as the settings want it. */
export function createManagedEtcd(
  clusterName: string,
  settings: Settings,
  { platform, certificates: brought, crd, apis, access, record, onCluster, makesSnapshotClaim }: EtcdSurroundings,
): ManagedEtcd {
  const pods = podsOf(settings);
  return new ManagedEtcd(
    clusterName,
    {
      ...access,
      namespace: settings.namespace,
      ...etcdPodSettings(settings, platform),
      ...(isGiven(pods.members) ? { memberPod: pods.members } : {}),
      ...(isGiven(pods.operator) ? { operatorPod: pods.operator } : {}),
      certificates: brought === undefined ? generatedCertificates(settings) : broughtCertificates(brought),
      ...(settings.movedFromEtcd === "" ? {} : { clientSecretName: clientSecrets(settings).clientSecret }),
      clients: clientPods(settings),
      crd,
      ...inputOf(apis),
      snapshotDirectory: settings.snapshotDirectory,
      ...(settings.defragmentationSchedule === "" ? {} : { defragmentation: defragmentationSettings(settings) }),
      ...(settings.snapshotSchedule === "" ? {} : { snapshots: snapshotSettings(settings, makesSnapshotClaim) }),
      record,
      advice,
      // As stacks have them that were made before ManagedEtcd was there.
      partNames: { tls: "etcd-tls", operator: "etcd-operator", crdRemoval: "etcd-definition-removal" },
    },
    { ...onCluster, dependsOn: [onCluster.providers.kubernetes] },
  );
}

/** Trident's, and those that the user lets in. */
function clientPods({ clientPodLabels: labels }: Settings): Readonly<Record<string, string>>[] {
  return [tridentPods, ...(labels.length === 0 ? [] : [Object.fromEntries(labels)])];
}

/** What the pods of the operator and of the members are made of. */
export function etcdPodSettings(settings: Settings, platform: Platform) {
  return {
    size: settings.etcdClusterSize,
    repository: settings.etcdRepository,
    version: settings.etcdVersion,
    busyboxImage: settings.busyboxImage,
    operatorImage: settings.operatorImage,
    antiAffinity: settings.memberAntiAffinity,
    userId: platform === "openshift" ? ("assigned" as const) : 1000,
    timeoutSeconds: settings.timeoutSeconds,
    ...memberStorage(settings),
  };
}

/** Nothing where members keep their data in their pods. */
function memberStorage({ etcdStorageSize: size, etcdStorageClass }: Settings): Pick<ManagedEtcdArgs, "storage"> {
  if (size === "") return {};
  return { storage: { size, ...(etcdStorageClass === "" ? {} : { storageClass: etcdStorageClass }) } };
}

function defragmentationSettings(settings: Settings): Required<ManagedEtcdArgs>["defragmentation"] {
  const { helper } = podsOf(settings);
  return { schedule: settings.defragmentationSchedule, ...(isGiven(helper) ? { pod: helper } : {}) };
}

/** What is saved by schedule. */
export function snapshotSettings(settings: Settings, makesClaim = false): SnapshotSettings {
  const { snapshotSchedule: schedule, snapshotKeep: keep, snapshotKeepDays: keepDays, snapshotClaim: claim } = settings;
  const { snapshotStorageSize: size, snapshotStorageClass: storageClass } = settings;
  const { helper } = podsOf(settings);
  return {
    ...{ schedule, keep, keepDays, storageSize: size, storageClass },
    ...(claim === "" ? {} : { claim }),
    ...(makesClaim ? { makeClaimAgain: new Date().toISOString() } : {}),
    ...(isGiven(helper) ? { pod: helper } : {}),
  };
}

/** As settings, for the errors of a destroy. */
const advice = {
  noSnapshot: inSettings(`${change({ snapshotDirectory: "" })} && pulumi up`),
  anotherFolder: inSettings(`${change({ snapshotDirectory: "PATH" })} && pulumi up`),
  anotherEtcd: inSettings(`${change({ abandonedEtcd: "ID" })} && pulumi up`),
};

/** What the plan compares with the CA of members that run. */
export function generatedAuthority(settings: Settings): GeneratedAuthority {
  return { keyAlgorithm: settings.certificateKeyAlgorithm, organization: settings.certificateOrganization };
}

function generatedCertificates(settings: Settings): GeneratedCertificates {
  return {
    commonNames: { authority: "Trident etcd", server: "Trident etcd server", client: "Trident etcd client" },
    clusterDomain: settings.clusterDomain,
    validityHours: settings.certificateValidityHours,
    earlyRenewalHours: settings.certificateEarlyRenewalHours,
    keyAlgorithm: settings.certificateKeyAlgorithm,
    extraDnsNames: settings.certificateExtraDnsNames,
    ...(settings.certificateOrganization === "" ? {} : { organization: settings.certificateOrganization }),
  };
}

function broughtCertificates({
  server,
  peer,
  client,
}: BroughtCertificates): Record<CertificateRole, CertificateWithKey> {
  return { server: asText(server), peer: asText(peer), client: asText(client) };
}

type Brought = BroughtCertificates[CertificateRole];

function asText({ certificate, privateKey, certificateAuthority }: Brought): CertificateWithKey {
  return {
    certificate: certificate.toString(),
    privateKey: pulumi.secret(privateKey.toString()),
    authority: certificateAuthority.toString(),
  };
}
