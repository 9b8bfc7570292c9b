import type { PlanRequest } from "../plan-request.ts";
import { classesPath, readClaimStorage, type ClaimStorage } from "./claim-storage.ts";
import type { ClusterReader } from "./cluster-reader.ts";

/** Where the storage of members' claims would come from. */
export interface MemberStorageFacts {
  readonly storage: ClaimStorage;
  /** Whether the class that is asked for is not there, as far as one may look. */
  readonly lacksClass: boolean;
}

/** Undefined where members keep their data in their pods. */
export async function readMemberStorage(
  reader: Pick<ClusterReader, "read" | "list" | "refusalOf">,
  { namespace, memberStorage }: Pick<PlanRequest, "namespace" | "memberStorage">,
): Promise<MemberStorageFacts | undefined> {
  if (memberStorage === undefined) return undefined;
  const { storageClass } = memberStorage;
  const storage = await readClaimStorage(reader, namespace, { storageClass });
  const path = storageClass === "" ? classesPath : `${classesPath}/${storageClass}`;
  return { storage, lacksClass: storage.storageClass === undefined && reader.refusalOf(path) === undefined };
}
