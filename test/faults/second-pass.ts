import assert from "node:assert/strict";
import type { VerifiedPass } from "../../migration/copy/read/changed-since.ts";
import { afterVerifiedCopy, copyChanges, type CopiedChanges } from "../../migration/copy/changes/copy-changes.ts";
import type { KeyRange, KeyValueStore } from "../../migration/copy/store/key-value-store.ts";
import { pinRevision } from "../../migration/copy/read/pin-revision.ts";
import { verifyChanges } from "../../migration/copy/compare/verify-changes.ts";
import { verifyCopy, type VerifiedCopy } from "../../migration/copy/compare/verify-copy.ts";

/** What a verified first pass says of itself. */
export type FirstPass = VerifiedPass;

export interface SecondPassOptions {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly first: FirstPass;
}

/** As a cut-over makes it: only what changed since the first pass is carried and compared, then everything at the same revisions. */
export async function runSecondPass(options: SecondPassOptions): Promise<VerifiedCopy & CopiedChanges> {
  const { source, destination, range, first } = options;
  const revision = await pinRevision(source, range);
  const changes = await copyChanges({ ...options, earlier: afterVerifiedCopy(first), revision });
  const revisions = { sourceRevision: revision, destinationRevision: await pinRevision(destination, range) };
  const keys = await verifyChanges({ ...options, verified: first, ...revisions });
  const verified = await verifyCopy({ ...options, ...revisions });
  if (keys !== undefined) assert.equal(keys, verified.keys);
  return { ...changes, ...verified };
}
