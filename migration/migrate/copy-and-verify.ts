import { counted } from "../wording/counted.ts";
import { afterVerifiedCopy, copyChanges, type CopiedChanges, type EarlierPass } from "../copy/changes/copy-changes.ts";
import { copyUntilVerified } from "../copy/copy-until-verified.ts";
import { CopyInterruptedError } from "../copy/errors.ts";
import type { KeyPrefix } from "../copy/store/key-range.ts";
import type { KeyValueStore } from "../copy/store/key-value-store.ts";
import { pinRevision } from "../copy/read/pin-revision.ts";
import { verifyChanges } from "../copy/compare/verify-changes.ts";
import { verifyCopy, type VerifiedCopy } from "../copy/compare/verify-copy.ts";
import { reportCopyProgress } from "../copy/report-copy-progress.ts";
import { atMostEverySecond } from "../wording/report-now-and-then.ts";
import type { WrittenKeys } from "../copy/write/write-journal.ts";

/** Both sides, and what each pass tells and is told. */
export interface Pass {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyPrefix;
  readonly revision: bigint;
  /** Told what was written as soon as that is known, so that it can be taken back when this, or anything after it, fails. */
  readonly written: WrittenKeys;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** Copies the range and proves it, telling of it line by line. What an earlier run left is brought up to date first. */
export async function copyAndVerify(
  pass: Pass,
  already: {
    /** Of the keys to copy, as a comparison has found. */
    readonly keysAlreadyThere: number;
    readonly earlier: EarlierPass | undefined;
  },
): Promise<VerifiedCopy> {
  const { source, destination, range, revision, written, signal, report } = pass;
  if (already.earlier !== undefined) {
    // Only what is out of date is deleted here: the copy creates it anew with all that is missing.
    await carryChanges(pass, already.earlier, false);
  }
  const before =
    already.keysAlreadyThere === 0 ? "" : `, ${already.keysAlreadyThere} of which were there from an earlier run`;
  const verified = await copyUntilVerified({
    ...{ source, destination, range, revision, signal },
    onWritten: (latest) => {
      written.add(latest);
    },
    onProgress: reportCopyProgress(report, before),
    onNewRevision: (latest) => {
      report(`The old etcd compacted its history. Going on from revision ${latest.toString()}.`);
    },
  });
  report(
    `Verified: all is equal, ${counted(verified.keys, "key and its value", "keys and their values")} (SHA-256 ${verified.sha256}).`,
  );
  return verified;
}

/** What changed was carried over, and all of it is proved. */
export interface CarriedOver {
  readonly verified: VerifiedCopy;
  readonly changes: CopiedChanges;
}

/** Carries over what changed since whatever left the destination as it is, then proves all of it, not only what changed. */
export async function carryAndVerify(pass: Pass, earlier: EarlierPass): Promise<CarriedOver> {
  const { destination, range, signal, report } = pass;
  const changes = await carryChanges(pass, earlier, true);
  report(describeCarried(changes));
  const verified = await verifyAgain(pass, await pinRevision(destination, range, { signal }));
  return { verified, changes };
}

/** What was carried over since a verified copy, and the revisions of both sides at which that was compared. */
export interface CarriedChanges {
  readonly keys: number;
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
  readonly changes: CopiedChanges;
  /** Present when comparing what changed could not tell, and everything was compared. */
  readonly verified?: VerifiedCopy;
}

/**
 * Carries over what changed since a verified copy, and compares what was written to either side since, and the numbers of keys.
 * Everything else is as it was when it was verified, by what the revisions say: `verifyAgain` takes no such word for it.
 */
export async function carryChangesAndCompare(pass: Pass, first: VerifiedCopy): Promise<CarriedChanges> {
  const { source, destination, range, revision: sourceRevision, signal, report } = pass;
  const changes = await carryChanges(pass, afterVerifiedCopy(first), true);
  report(describeCarried(changes));
  const destinationRevision = await pinRevision(destination, range, { signal });
  const compared = { source, destination, range, sourceRevision, destinationRevision, signal };
  const keys = await verifyChanges({ ...compared, verified: first });
  if (keys !== undefined) return { keys, sourceRevision, destinationRevision, changes };
  const verified = await verifyAgain(pass, destinationRevision);
  return { keys: verified.keys, sourceRevision, destinationRevision, changes, verified };
}

/** Compares every key and value at the revisions that are given, whatever was written since. */
export async function verifyAgain(
  { source, destination, range, revision, signal, report }: Omit<Pass, "written">,
  destinationRevision: bigint,
): Promise<VerifiedCopy> {
  const sometimes = atMostEverySecond(report);
  const verified = await verifyCopy({
    ...{ source, destination, range, signal, sourceRevision: revision, destinationRevision },
    onProgress: ({ keysCompared, keysTotal }) => {
      sometimes(() => `Compared ${keysCompared} of ${counted(keysTotal, "key")}.`);
    },
  });
  report(
    `Verified again: all is equal, ${counted(verified.keys, "key and its value", "keys and their values")} (SHA-256 ${verified.sha256}).`,
  );
  return verified;
}

async function carryChanges(pass: Pass, earlier: EarlierPass, create: boolean): Promise<CopiedChanges> {
  const { source, destination, range, revision, signal, written } = pass;
  try {
    const changes = await copyChanges({ source, destination, range, revision, signal, earlier, create });
    written.add({ revisions: changes.writtenRevisions });
    return changes;
  } catch (error) {
    if (error instanceof CopyInterruptedError) {
      written.add({ revisions: error.writtenRevisions, unanswered: error.unanswered });
    }
    throw error;
  }
}

function describeCarried({ created, replaced, deleted }: CopiedChanges): string {
  return `Carried over what had changed since: ${created} created, ${replaced} replaced, ${deleted} deleted.`;
}
