/** What keeps a migration or an installation from being begun: found by looking alone, before anything is changed. */
export interface Blocker {
  readonly kind: BlockerKind;
  /** What it is about, as `Kind/name`, an input or a key. */
  readonly object: string;
  /** What is wrong, in whole sentences. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

export type BlockerKind =
  | "namespaceMissing"
  | "tridentServes"
  | "migrationRecorded"
  | "noLegacyTrident"
  | "stoppedTridentDeleted"
  | "legacyTridentPresent"
  | "legacyClaimPresent"
  | "legacyNotServing"
  | "legacyDisagrees"
  | "brokenReferences"
  | "foreignTrident"
  | "anotherTrident"
  | "managedDeployment"
  | "foreignObject"
  | "podsRefused"
  | "quotaExceeded"
  | "unusableCrd"
  | "givenObjectMissing"
  | "otherStack"
  | "takeOver"
  | "persistentVolumeClaim"
  | "staleClaim"
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
  | "unpullableImage"
  | "otherArchitecture"
  | "unsupportedTrident"
  | "unsupportedKubernetes"
  | "unservedApi"
  | "recordInvalid"
  | "nothingToRollBack"
  | "noManifest"
  | "newEtcd"
  | "rollbackUnfinished"
  | "bothTridents"
  | "legacyRestored"
  | "newTridentStands"
  | "nothingToMove"
  | "movedFromOther"
  | "moveUnfinished"
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
  | "etcdClusterFailed"
  | "quorumLost"
  | "storageClassMissing"
  | "etcdNoSpace"
  | "etcdCorrupt"
  | "lostEtcd"
  | "otherEtcd"
  | "emptiedEtcd"
  | "restoreSource"
  | "restoreOverKeys"
  | "restoreWithoutEtcd"
  | "restoreBeside"
  | "restoreUnfinished"
  | "etcdVersionSkipped"
  | "membersMissing"
  | "pullSecretMissing"
  | "notForPulling"
  | "membersPullWithout"
  | "dependentStorage"
  | "snapshotClaim";

/** What a run is stopped by while it is under way; its message is the blocker's, with its remedy. */
export class BlockedError extends Error {
  override readonly name = "BlockedError";
  readonly blocker: Blocker;

  constructor(blocker: Blocker) {
    super(`${blocker.message} ${blocker.remedy}`);
    this.blocker = blocker;
  }
}

export function isBlockedBy(error: unknown, kind: BlockerKind): error is BlockedError {
  return error instanceof BlockedError && error.blocker.kind === kind;
}
