import { change } from "../wording/change.ts";
import type { Blocker } from "./blocker.ts";

const stay = `\`${change({ rollback: undefined })}\``;

/** A rollback is asked for, and no migration has ended. */
export function nothingToRollBack(namespace: string, deployment: string, found: string): Blocker {
  return {
    kind: "nothingToRollBack",
    object: `Deployment/${deployment}`,
    message: `There is nothing to roll back: in namespace ${namespace}, ${found}.`,
    remedy: `Ask for no rollback with ${stay}; a migration that has begun is then finished by \`pulumi up\`.`,
  };
}

/** The record has no manifest of the old Deployment. */
export function noManifest(namespace: string, record: string): Blocker {
  return {
    kind: "noManifest",
    object: `ConfigMap/${record}`,
    message:
      `The record of the migration (ConfigMap ${record} in namespace ${namespace}) does not have the old Deployment ` +
      `(key legacyDeployment): it can't be put back as it was.`,
    remedy: `Put its manifest there, as JSON, from a backup, or stay with the new Trident: ${stay}.`,
  };
}

/** The migration was from the claim of a Trident that had been uninstalled: no Deployment was there to be put back. */
export function noDeploymentToPutBack(namespace: string, record: string, claim: string): Blocker {
  return {
    kind: "noManifest",
    object: `ConfigMap/${record}`,
    message:
      `The migration was from PersistentVolumeClaim ${claim} in namespace ${namespace} alone: Trident had been uninstalled before, ` +
      `and its record (ConfigMap ${record}) has no Deployment to put back.`,
    remedy:
      `Stay with the new Trident: ${stay}. The claim has the state of before the migration, should an old Trident be installed on ` +
      `it again.`,
  };
}

/**
 * The new etcd can't be carried back.
 *
 * @param etcd its description such as `EtcdCluster trident-etcd`.
 */
export function newEtcd(
  etcd: { readonly object: string; readonly description: string },
  problem: string,
  remedy: string,
): Blocker {
  return {
    kind: "newEtcd",
    object: etcd.object,
    message: `The new etcd (${etcd.description}) ${problem}.`,
    remedy: `${remedy} To stay with the new Trident: ${stay}.`,
  };
}

/** A rollback had put the old Trident back and did not end, and is not asked for any more. */
export function rollbackUnfinished(namespace: string, deployment: string): Blocker {
  return {
    kind: "rollbackUnfinished",
    object: `Deployment/${deployment}`,
    message:
      `A rollback had put the old Trident back (Deployment ${deployment} in namespace ${namespace}) and did not end; ` +
      `it is not asked for any more. What the old Trident has written since is not in the new etcd.`,
    remedy:
      `Finish it with \`${change({ rollback: true })}\` and \`pulumi up\`; then \`${change({ rollback: undefined })} && pulumi up\` ` +
      "migrates again.",
  };
}
