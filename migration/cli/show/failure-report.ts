import {
  CopyConflictError,
  CopyInterruptedError,
  CopyMismatchError,
  EmptySourceError,
  EntriesTooLargeError,
  EntryTooLargeError,
  ForeignKeysInDestinationError,
  LeasedKeysError,
  MembersDisagreeError,
  SameStoreError,
} from "../../copy/errors.ts";
import { EtcdError, EtcdPermissionError, EtcdTlsError } from "../../etcd/errors.ts";
import { counted, describeCount } from "../../wording/counted.ts";
import type { Outcome } from "../exit-codes.ts";
import { NoWholeMemberError } from "../../members/no-whole-member-error.ts";
import { SnapshotFileError } from "../../snapshot/file/snapshot-file-error.ts";
import { UpkeepRefusedError } from "../../upkeep/upkept-etcd.ts";
import { SIDE_NAMES, SIDES, type Action } from "../words/flags.ts";
import { ClientSetExistsError } from "../client-set.ts";
import { InterruptedError } from "../interruption.ts";
import type { JobReport } from "./job-report.ts";
import type { Job } from "../words/parse-command.ts";
import type { Progress } from "./progress-display.ts";
import { UsageError } from "../words/usage-error.ts";

/**
 * Why a job did not come to its end, for people and for programs. `job` is absent when the command line was not
 * understood, `last` is the last progress that was heard of.
 */
export function failureReport(error: unknown, job?: FailedJob, last?: Progress): JobReport {
  const action = job?.action;
  const chain = causesOf(error);
  const outcome = outcomeOf(chain);
  const mismatch = chain.find((cause) => cause instanceof CopyMismatchError);
  const conflict = chain.find((cause) => cause instanceof CopyConflictError);
  const spoilt = chain.find((cause) => cause instanceof SnapshotFileError);
  const message = withSide(messageOf(chain, outcome, action, last), chain, job);
  const hint = hintOf(chain, outcome, job);
  return {
    outcome,
    lines: hint === undefined ? [message] : [message, hint],
    document: {
      error: { name: nameOf(chain), message },
      ...(hint === undefined ? {} : { hint }),
      ...(last === undefined ? {} : { progress: last }),
      ...(mismatch === undefined
        ? {}
        : { missing: mismatch.missing, extra: mismatch.extra, different: mismatch.different }),
      ...(conflict === undefined ? {} : { conflicts: conflict.keys }),
      ...(spoilt === undefined ? {} : { snapshotProblem: spoilt.problem }),
    },
  };
}

/** What is told of it; only a copy's has two sides. */
export type FailedJob = { readonly action: Action } & Partial<Pick<Job, "from" | "to">>;

/** The error, its cause, the cause's cause and so on. */
function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let current = error; current !== undefined && !chain.includes(current); ) {
    chain.push(current);
    current = current instanceof Error ? current.cause : undefined;
  }
  return chain;
}

type ErrorClass = abstract new (...parameters: never[]) => Error;

/** Found by the first look at the two sides. Trying again changes nothing; something about them has to. */
const REFUSALS: readonly ErrorClass[] = [
  EmptySourceError,
  EntriesTooLargeError,
  EntryTooLargeError,
  ForeignKeysInDestinationError,
  LeasedKeysError,
  MembersDisagreeError,
  SameStoreError,
  EtcdTlsError,
  EtcdPermissionError,
  ClientSetExistsError,
  NoWholeMemberError,
  SnapshotFileError,
  UpkeepRefusedError,
];

/** The file is not looked into at all: the command names a wrong one. */
function isWrongFile(chain: readonly unknown[]): boolean {
  return chain.some(
    (error) => error instanceof SnapshotFileError && ["unreadable", "notAFile"].includes(error.problem),
  );
}

export function outcomeOf(chain: readonly unknown[]): Outcome {
  if (hasOneOf(chain, [InterruptedError])) {
    return "interrupted";
  }
  if (hasOneOf(chain, [UsageError]) || (isWrongFile(chain) && !hasOneOf(chain, [CopyInterruptedError]))) {
    return "usage";
  }
  if (hasOneOf(chain, [CopyMismatchError, CopyConflictError])) {
    return "mismatch";
  }
  // The same errors in the midst of a copy are failures: "refused" promises that nothing was written.
  return hasOneOf(chain, REFUSALS) && !hasOneOf(chain, [CopyInterruptedError]) ? "refused" : "failed";
}

function hasOneOf(chain: readonly unknown[], classes: readonly ErrorClass[]): boolean {
  return chain.some((error) => classes.some((errorClass) => error instanceof errorClass));
}

function nameOf(chain: readonly unknown[]): string {
  const last = chain.find((error) => !(error instanceof CopyInterruptedError)) ?? chain[0];
  return last instanceof Error ? last.name : "Error";
}

function messageOf(
  chain: readonly unknown[],
  outcome: Outcome,
  action: Action | undefined,
  last: Progress | undefined,
): string {
  const [error] = chain;
  const interruption = chain.find((cause) => cause instanceof InterruptedError);
  if (outcome !== "interrupted" || interruption === undefined) {
    return error instanceof Error ? error.message : String(error);
  }
  return `stopped by ${interruption.signal}${action === "copy" ? whereCopyStands(last) : ""}`;
}

/** An address alone does not say whose it is when both sides are reached through port-forwards. */
function withSide(message: string, chain: readonly unknown[], job: FailedJob | undefined): string {
  const endpoint = chain.find((error) => error instanceof EtcdError)?.endpoint;
  const urls = endpoint?.split(",") ?? [];
  const side = SIDES.find((name) => {
    const request = job?.[name];
    return request !== undefined && "urls" in request && urls.some((url) => request.urls.names.includes(url));
  });
  return side === undefined || endpoint === undefined
    ? message
    : message.replace(`etcd at ${endpoint}`, `the ${SIDE_NAMES[side]}, etcd at ${endpoint}`);
}

function whereCopyStands(last: Progress | undefined): string {
  if (last?.phase === "copying") {
    return `: ${describeCount(last.keysDone)} of ${counted(last.keysTotal, "key is", "keys are")} in the destination`;
  }
  return last?.phase === "verifying"
    ? ": all keys are in the destination, the comparison is not finished"
    : " before anything was written";
}

/** What to do next, where the message itself does not say. */
function hintOf(chain: readonly unknown[], outcome: Outcome, job: FailedJob | undefined): string | undefined {
  const action = job?.action;
  if (outcome === "usage") {
    return `See trident-etcd ${action === undefined ? "" : `${action} `}--help`;
  }
  if (outcome === "interrupted" && action === "copy") {
    return "Run the same command again: it goes on from there, and writes no key a second time";
  }
  if (outcome === "failed" && hasOneOf(chain, [CopyInterruptedError])) {
    return "What was copied stays. Once the cause is gone, run the same command again: it goes on from there";
  }
  return outcome === "refused" ? `${snapshotHint(chain, job)}Nothing was written` : undefined;
}

/** The flag that takes a file as it is. */
function snapshotHint(chain: readonly unknown[], job: FailedJob | undefined): string {
  if (job?.from === undefined || "urls" in job.from) return "";
  if (chain.some((error) => error instanceof SnapshotFileError && error.problem === "noChecksum")) {
    return "If it is the database of a stopped member, add --without-checksum. ";
  }
  return hasOneOf(chain, [LeasedKeysError]) ? "The snapshot keeps them: add --leases copy-without. " : "";
}
