import { counted } from "../../wording/counted.ts";
import { EmptySourceError } from "../../copy/errors.ts";
import { pinRevision } from "../../copy/read/pin-revision.ts";
import { verifyCopy, type VerifiedCopy } from "../../copy/compare/verify-copy.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import {
  describeKeysChosen,
  documentOfSide,
  labelled,
  linesOfSide,
  type JobContext,
  type JobReport,
} from "../show/job-report.ts";

/** Compares every key and every byte of both sides. Writes nothing. */
export async function verifyJob(context: JobContext): Promise<JobReport> {
  const { job, source, destination, signal, onProgress } = context;
  const sourceRevision = job.fromRevision ?? (await pinRevision(source.store, job.range, { signal }));
  const verified = await verifyCopy({
    source: source.store,
    destination: destination.store,
    range: job.range,
    sourceRevision,
    leases: job.leases,
    signal,
    onProgress: ({ keysCompared, keysTotal }) => {
      onProgress({ phase: "verifying", keysDone: keysCompared, keysTotal, bytesDone: 0 });
    },
  });
  // Two empty sides are equal, which proves nothing when a prefix is mistyped.
  if (verified.keys === 0 && !job.allowEmpty) {
    throw new EmptySourceError(job.range.from);
  }
  return {
    outcome: "done",
    lines: [
      `Equal: ${counted(verified.keys, "key")} (${describeBytes(verified.bytes)}) ${describeKeysChosen(job)}, every value compared.`,
      ...linesOfVerified(context, verified),
    ],
    document: documentOfVerified(context, verified),
  };
}

export function linesOfVerified({ source, destination }: JobContext, verified: VerifiedCopy): string[] {
  return [
    ...linesOfSide(source, verified.sourceRevision),
    ...linesOfSide(destination, verified.destinationRevision),
    labelled("SHA-256", verified.sha256),
  ];
}

export function documentOfVerified({ source, destination }: JobContext, verified: VerifiedCopy) {
  return {
    keys: verified.keys,
    bytes: verified.bytes,
    sha256: verified.sha256,
    source: documentOfSide(source, verified.sourceRevision),
    destination: documentOfSide(destination, verified.destinationRevision),
  };
}
