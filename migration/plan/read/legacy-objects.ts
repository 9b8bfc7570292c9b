import type { LegacyTrident } from "../../trident/legacy/legacy-trident.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import { legacyInRecord } from "../../trident/legacy/unfinished-migration.ts";
import type { ClusterReader } from "./cluster-reader.ts";

/** The old Trident's objects, as far as they are known by their names. */
export interface LegacyObjects {
  readonly claim: string;
  /** The PersistentVolume's name. */
  readonly volume?: string | undefined;
  /** Absent where its uninstallation has removed it, and its permissions with it. */
  readonly serviceAccount?: string;
}

/**
 * What belonged to the old Trident: by its Deployment while that stands, else by the record of its migration. The same either way,
 * before a migration and after it.
 */
export async function readLegacyObjects(
  reader: Pick<ClusterReader, "read">,
  request: { readonly namespace: string; readonly legacyEtcdContainer: string },
  standing: LegacyNamed | undefined,
  record: MigrationRecord | undefined,
): Promise<LegacyObjects | undefined> {
  const legacy = standing ?? recorded(record, request.legacyEtcdContainer) ?? ofClaim(record?.legacyClaim);
  if (legacy === undefined) return undefined;
  const claim = await reader.read(`/api/v1/namespaces/${request.namespace}/persistentvolumeclaims/${legacy.claim}`);
  const { volumeName } = (claim?.spec ?? {}) as { volumeName?: string };
  return {
    claim: legacy.claim,
    ...(volumeName === undefined ? {} : { volume: volumeName }),
    ...(legacy.isUninstalled === true
      ? {}
      : { serviceAccount: legacy.template?.spec?.serviceAccountName ?? "default" }),
  };
}

/** Its uninstallation has removed all else. */
function ofClaim(claim: string | undefined): LegacyNamed | undefined {
  return claim === undefined ? undefined : { claim, isUninstalled: true };
}

type LegacyNamed = Pick<LegacyTrident, "claim" | "isUninstalled"> & Partial<Pick<LegacyTrident, "template">>;

function recorded(record: MigrationRecord | undefined, etcdContainer: string): LegacyTrident | undefined {
  if (record?.legacyDeployment === undefined) return undefined;
  try {
    return legacyInRecord(record, etcdContainer);
  } catch {
    // Said where it matters.
    return undefined;
  }
}
