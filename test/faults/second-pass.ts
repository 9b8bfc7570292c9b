import { afterVerifiedCopy, copyChanges, type CopiedChanges } from "../../migration/copy/copy-changes.ts";
import type { KeyRange, KeyValueStore } from "../../migration/copy/key-value-store.ts";
import { pinRevision } from "../../migration/copy/pin-revision.ts";
import { verifyCopy, type VerifiedCopy } from "../../migration/copy/verify-copy.ts";

/** What a verified first pass says of itself. */
export type FirstPass = Pick<VerifiedCopy, "sourceRevision" | "destinationRevision">;

export interface SecondPassOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly first: FirstPass;
}

/** As a cut-over makes it: only what changed since the first pass is carried, then everything is compared. */
export async function runSecondPass(options: SecondPassOptions): Promise<VerifiedCopy & CopiedChanges> {
  const { source, range, first } = options;
  const revision = await pinRevision(source, range);
  const changes = await copyChanges({ ...options, earlier: afterVerifiedCopy(first), revision });
  return { ...changes, ...(await verifyCopy({ ...options, sourceRevision: revision })) };
}
