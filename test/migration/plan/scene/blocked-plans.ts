import type { BlockerKind } from "../../../../migration/blockers/blocker.ts";
import type { PlanRequest } from "../../../../migration/plan/plan-request.ts";
import { MemoryStore } from "../../copy/memory-store.ts";
import * as etcd from "./blocked/etcd.ts";
import * as existing from "./blocked/existing-etcd.ts";
import * as moves from "./blocked/moves.ts";
import * as namespace from "./blocked/namespace.ts";
import * as restores from "./blocked/restores.ts";
import * as stack from "./blocked/stack.ts";
import * as state from "./blocked/state.ts";
import * as trident from "./blocked/trident.ts";
import { broughtIn } from "./certificates.ts";
import { smallState, type FakePlanEnvironment } from "./fake-plan-environment.ts";
import { claimsPath, deploymentPath, emptyRecord, secrets } from "./places.ts";
import { existingEtcd, type Arrange } from "./plan-scene.ts";
import { stackPods } from "./pods.ts";
import { migratedStack, recordedStack, restoredBeside } from "./stacks.ts";

type BlockedPlan = readonly [kind: BlockerKind, arrange: Arrange, change?: Partial<PlanRequest>];

const install = { migrate: false };
const scheduled = { schedule: "17 * * * *", keep: 14, keepDays: 30, storageSize: "10Gi", storageClass: "" };
const published = { operator: "quay.io/coreos/etcd-operator:v0.9.4", etcd: "quay.io/coreos/etcd:v3.4.22" };
const installOnExisting = { ...install, ...existingEtcd() };
const broughtCertificates = broughtIn("certificates");

const defaultAccountPath = "/api/v1/namespaces/trident/serviceaccounts/default";

function pullingWith(name: string): PlanRequest["pods"] & object {
  return { tridentFields: ["imagePullSecrets"], pullSecrets: [name], memberPullSecrets: [name] };
}

function legacyStands(environment: FakePlanEnvironment): void {
  environment.withLegacy();
}

function both(...arrangements: readonly Arrange[]): Arrange {
  return (environment) => {
    for (const arrange of arrangements) arrange(environment);
  };
}

/**
 * What keeps a run from being begun, each alone, under its heading of docs/the-plan.md; in the order of their names, so that two that
 * are added at a time rarely meet.
 */
export const blockedPlans: readonly BlockedPlan[] = [
  ["anotherAuthority", etcd.hasMembers, { broughtCertificates }],
  ["anotherEtcd", etcd.runsElsewhere, installOnExisting],
  ["anotherMigration", stack.isUnderWay],
  ["anotherTrident", trident.isElsewhere, install],
  ["bothTridents", trident.areTwo],
  ["brokenReferences", state.namesNoBackend],
  [
    "dependentStorage",
    (environment) =>
      environment.objects.set("/apis/storage.k8s.io/v1/storageclasses/gold", {
        metadata: { name: "gold" },
        provisioner: "netapp.io/trident",
      }),
    { ...install, snapshots: { ...scheduled, storageClass: "gold" } },
  ],
  ["emptiedEtcd", etcd.emptied, install],
  ["emptySource", (environment) => environment.withLegacy({})],
  ["etcdClusterFailed", etcd.hasFailed, install],
  ["etcdCorrupt", etcd.isSpoilt, {}],
  ["etcdNoSpace", etcd.isFull, {}],
  ["etcdVersionSkipped", etcd.twoVersionsBehind, { ...install, etcdVersion: "3.5.6" }],
  ["etcdv2State", state.isBeforeEtcdv3],
  ["existingEtcdAccess", existing.refusesItsUser, installOnExisting],
  ["existingEtcdAlarm", existing.hasAnAlarm, installOnExisting],
  ["existingEtcdClusters", existing.isSeveral, installOnExisting],
  ["existingEtcdTls", existing.hasAnotherName, installOnExisting],
  ["existingEtcdUnreachable", existing.doesNotAnswer, installOnExisting],
  ["existingEtcdVersion", existing.isTooNew, installOnExisting],
  [
    "foreignKeys",
    (environment) => environment.withLegacy().withEtcdCluster({ "/trident/v1/volume/of-somebody-else": "secret" }),
  ],
  ["foreignObject", stack.hasForeignSecret],
  ["foreignTrident", (environment) => environment.objects.set(deploymentPath, { metadata: { name: "trident" } })],
  ["givenObjectMissing", () => undefined, { ...install, tridentClusterRole: "existing", etcdClusterCrd: "existing" }],
  ["imageOlderThanData", (environment) => environment.withLegacy(), { tridentImage: "netapp/trident:18.10.0" }],
  ["kubernetesEtcd", existing.isOfKubernetes, installOnExisting],
  ["leasedKeys", state.hasLeases],
  ["legacyClaimPresent", (environment) => environment.withClaimAlone(), install],
  ["legacyTridentPresent", (environment) => environment.withLegacy(), install],
  ["lostEtcd", etcd.lost, install],
  ["managedDeployment", trident.isKeptInSync],
  [
    "membersPullWithout",
    (environment) => {
      environment.objects.set(`${secrets}/registry`, { type: "kubernetes.io/dockerconfigjson" });
      environment.objects.set(defaultAccountPath, { imagePullSecrets: [{ name: "default-dockercfg-x7k2p" }] });
    },
    { ...install, pods: pullingWith("registry") },
  ],
  ["moveUnfinished", moves.isForgotten, moves.staying],
  ["movedFromOther", moves.isInAnother, moves.moving],
  ["membersMissing", etcd.lacksAMember, { ...install, etcdVersion: "3.5.6" }],
  ["migrationRecorded", (environment) => migratedStack(environment), { ...install, trident: false }],
  ["missingPermissions", stack.lacksPermissions],
  ["namespaceMissing", (environment) => (environment.hasNamespace = false), install],
  [
    "newEtcd",
    (environment) =>
      (migratedStack(environment).destination = new MemoryStore("the etcd cluster trident-etcd", "7", smallState)),
    { rollback: true },
  ],
  ["newTridentStands", trident.standsWithoutMigrate, install],
  ["noLegacyTrident", () => undefined],
  ["noManifest", trident.hasNoManifest, { rollback: true }],
  ["noRoom", state.isTooLarge],
  [
    "notForPulling",
    (environment) => environment.objects.set(`${secrets}/registry`, { type: "Opaque" }),
    { ...install, pods: { ...pullingWith("registry"), memberPullSecrets: [] } },
  ],
  ["nothingToMove", moves.isNotThere, moves.moving],
  ["nothingToRollBack", (environment) => environment.withLegacy(), { rollback: true }],
  ["legacyRestored", restoredBeside],
  ["legacyDisagrees", trident.listsMore],
  ["legacyNotServing", trident.doesNotServe],
  ["openTransactions", (environment) => environment.withLegacy({ ...smallState, "/trident/v1/txn/pvc-7": "{}" })],
  ["otherArchitecture", stack.hasOnlyArmNodes, { ...install, images: published }],
  ["otherEtcd", etcd.isAnother, install],
  ["otherStack", stack.isAnotherStacks],
  [
    "persistentVolumeClaim",
    (environment) => environment.withLegacy().objects.set(`${claimsPath}/trident`, { status: { phase: "Lost" } }),
  ],
  ["podsRefused", namespace.isRestricted, { ...install, stackPods }],
  ["prefixNotEmpty", existing.hasKeys, installOnExisting],
  ["pullSecretMissing", () => undefined, { ...install, pods: { ...pullingWith("registry"), memberPullSecrets: [] } }],
  ["quotaExceeded", namespace.hasASmallQuota, { ...install, stackPods }],
  ["quorumLost", etcd.lostItsQuorum, install],
  [
    "recordInvalid",
    (environment) => (environment.withLegacy().withEtcdCluster().record = { ...emptyRecord, firstPass: "nonsense" }),
  ],
  ["restoreBeside", both(restores.hasSnapshot, legacyStands), { restoreFrom: restores.snapshot }],
  ["restoreOverKeys", restores.hasKeys, { ...install, restoreFrom: restores.snapshot }],
  ["restoreSource", () => undefined, { ...install, restoreFrom: restores.snapshot }],
  ["restoreUnfinished", restores.didNotEnd, install],
  ["rollbackUnfinished", trident.isHalfRolledBack],
  [
    "sameCluster",
    (environment) => (environment.withLegacy().destination = new MemoryStore("the etcd cluster trident-etcd", "1")),
  ],
  ["snapshotClaim", () => undefined, { ...install, snapshots: { ...scheduled, claim: "backups" } }],
  ["sourceUnreachable", state.cannotBeRead],
  ["staleClaim", trident.isStale],
  ["stoppedTridentDeleted", (environment) => (environment.record = { ...emptyRecord, phase: "stopped" })],
  ["storageClassMissing", () => undefined, { ...install, memberStorage: { size: "4Gi", storageClass: "fast" } }],
  ["takeOver", () => undefined, { ...install, takeOver: true }],
  ["unpullableImage", stack.hasNewContainerRuntime, { ...install, images: published }],
  ["unservedApi", stack.lacksAnApi],
  [
    "tridentServes",
    (environment) => {
      recordedStack(environment, smallState);
    },
    { ...install, trident: false },
  ],
  [
    "unsupportedKubernetes",
    (environment) => environment.withLegacy().objects.set("/version", { gitVersion: "v1.11.0+d4cacc0" }),
  ],
  ["unsupportedTrident", (environment) => environment.withLegacy(), { tridentImage: "netapp/trident:20.01.0" }],
  ["unusableCrd", stack.hasUnusableCrd],
];
