import { copyUntilVerified, type StateProgress, type Written } from "./copy/copy-until-verified.ts";
import type { KeyRange, KeyValueStore } from "./copy/key-value-store.ts";
import type { VerifiedCopy } from "./copy/verify-copy.ts";
import { atMostEverySecond } from "./report-now-and-then.ts";

/**
 * Copies the range and proves it, telling of it line by line. Hands over what it wrote as soon as that is known, so that it
 * can be taken back when this, or anything after it, fails.
 */
export async function copyAndVerify(options: {
  readonly source: KeyValueStore;
  readonly destination: KeyValueStore;
  readonly range: KeyRange;
  readonly revision: bigint;
  /** Of the keys to copy, as a comparison has found. */
  readonly keysAlreadyThere: number;
  readonly keepWritten: (written: Written) => void;
  readonly report: (line: string) => void;
}): Promise<VerifiedCopy> {
  const { source, destination, range, revision, keysAlreadyThere, report } = options;
  const sometimes = atMostEverySecond(report);
  const before = keysAlreadyThere === 0 ? "" : `, ${keysAlreadyThere} of which were there from an earlier run`;
  let lastPhase: StateProgress["phase"] | undefined;
  const verified = await copyUntilVerified({
    source,
    destination,
    range,
    revision,
    onWritten: options.keepWritten,
    onProgress: ({ phase, keysDone, keysTotal, bytesDone }) => {
      if (phase === "verifying" && lastPhase !== phase) {
        report(`Copied all ${keysTotal} keys (${bytesDone} bytes)${before}. Verifying.`);
      } else {
        sometimes(() => `${phase === "verifying" ? "Compared" : "Copied"} ${keysDone} of ${keysTotal} keys.`);
      }
      lastPhase = phase;
    },
    onNewRevision: (latest) => {
      report(`The old etcd compacted its history. Going on from revision ${latest.toString()}.`);
    },
  });
  report(`Verified: all ${verified.keys} keys and values are equal (SHA-256 ${verified.sha256}).`);
  return verified;
}
