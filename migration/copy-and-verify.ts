import { CopyInterruptedError } from "./copy/errors.ts";
import { copyPrefix } from "./copy/copy-prefix.ts";
import type { KeyRange, KeyValueStore } from "./copy/key-value-store.ts";
import { verifyCopy, type VerifiedCopy } from "./copy/verify-copy.ts";
import { atMostEverySecond } from "./report-now-and-then.ts";
import type { Written } from "./undo-migration.ts";

/**
 * Copies the range and proves it. Hands over what it wrote as soon as that is known, so that it can be taken back when
 * this, or anything after it, fails.
 */
export async function copyAndVerify(options: {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly revision: bigint;
  readonly keepWritten: (written: Written) => void;
  readonly report: (line: string) => void;
}): Promise<VerifiedCopy> {
  const { source, destination, range, revision, report } = options;
  const sometimes = atMostEverySecond(report);
  try {
    const copied = await copyPrefix({
      source,
      destination,
      range,
      revision,
      onProgress: ({ keysCopied, keysTotal }) => {
        sometimes(() => `Copied ${keysCopied} of ${keysTotal} keys.`);
      },
    });
    options.keepWritten({ revisions: copied.writtenRevisions, unanswered: [] });
    const before =
      copied.keysAlreadyThere === 0 ? "" : `, ${copied.keysAlreadyThere} of which were there from an earlier run`;
    report(`Copied all ${copied.keys} keys (${copied.bytes} bytes)${before}. Verifying.`);
  } catch (error) {
    if (error instanceof CopyInterruptedError) {
      options.keepWritten({ revisions: error.writtenRevisions, unanswered: error.unanswered });
    }
    throw error;
  }
  const verified = await verifyCopy({
    source,
    destination,
    range,
    sourceRevision: revision,
    onProgress: ({ keysCompared, keysTotal }) => {
      sometimes(() => `Compared ${keysCompared} of ${keysTotal} keys.`);
    },
  });
  report(`Verified: all ${verified.keys} keys and values are equal (SHA-256 ${verified.sha256}).`);
  return verified;
}
