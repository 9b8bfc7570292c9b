/** What keeps a migration or an installation from being begun: found by looking alone, before anything is changed. */
export interface Blocker {
  readonly kind: BlockerKind;
  /** What it is about, as `Kind/name`, a setting or a key. */
  readonly object: string;
  /** What is wrong, in whole sentences. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

export type BlockerKind =
  | "namespaceMissing"
  | "noLegacyTrident"
  | "stoppedTridentDeleted"
  | "legacyTridentPresent"
  | "legacyClaimPresent"
  | "oldTridentNotServing"
  | "oldTridentDisagrees"
  | "brokenReferences"
  | "foreignTrident"
  | "anotherTrident"
  | "managedDeployment"
  | "foreignObject"
  | "unusableDefinition"
  | "otherStack"
  | "takeOver"
  | "persistentVolumeClaim"
  | "sourceUnreachable"
  | "emptySource"
  | "etcdv2State"
  | "openTransactions"
  | "leasedKeys"
  | "foreignKeys"
  | "noRoom"
  | "sameCluster"
  | "missingPermissions"
  | "imageOlderThanData"
  | "unsupportedTrident"
  | "unsupportedKubernetes"
  | "recordInvalid"
  | "nothingToRollBack"
  | "noManifest"
  | "newEtcd"
  | "rollbackUnfinished"
  | "bothTridents"
  | "oldTridentRestored"
  | "newTridentStands"
  | "anotherMigration"
  | "anotherAuthority"
  | "existingEtcdUnreachable"
  | "existingEtcdTls"
  | "existingEtcdVersion"
  | "existingEtcdClusters"
  | "existingEtcdAlarm"
  | "existingEtcdAccess"
  | "kubernetesEtcd"
  | "prefixNotEmpty"
  | "anotherEtcd"
  | "quorumLost"
  | "lostEtcd"
  | "otherEtcd"
  | "emptiedEtcd"
  | "etcdVersionSkipped"
  | "membersMissing";

/** An error whose message is the blocker's, with its remedy. */
export abstract class BlockerError extends Error {
  readonly blocker: Blocker;

  constructor(blocker: Blocker) {
    super(`${blocker.message} ${blocker.remedy}`);
    this.blocker = blocker;
  }
}
