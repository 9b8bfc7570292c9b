import type { Retention } from "../../snapshot/retention.ts";
import type { FileAction } from "./flags.ts";
import { toDirectory, toName } from "./parse-cluster-job.ts";
import type { GivenFlags } from "./parse-flags.ts";
import { UsageError } from "./usage-error.ts";

/** What is to be done with snapshots' files; nothing has been read yet. */
export type FileJob = SnapshotListJob | SnapshotCheckJob | SnapshotPruneJob;

interface Shown {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Files with the names of snapshots in a folder. */
export interface KeptSnapshots {
  readonly directory: string;
  /** Every namespace's where it is absent. */
  readonly namespace?: string;
}

export interface SnapshotListJob extends Shown, KeptSnapshots {
  readonly action: "snapshot list";
}

export interface SnapshotCheckJob extends Shown {
  readonly action: "snapshot check";
  /** At least one, none of them twice. */
  readonly files: readonly string[];
  /** Whether a file without a checksum will do. */
  readonly withoutChecksum: boolean;
}

export interface SnapshotPruneJob extends Shown, KeptSnapshots {
  readonly action: "snapshot prune";
  readonly retention: Retention;
  readonly isDryRun: boolean;
}

/** @throws UsageError */
export function toFileJob(action: FileAction, { values, operands }: GivenFlags): FileJob {
  const shown: Shown = { json: values.has("json"), quiet: values.has("quiet") };
  switch (action) {
    case "snapshot list":
      return { action, ...toKept(values), ...shown };
    case "snapshot check":
      return { action, files: toFiles(operands), withoutChecksum: values.has("without-checksum"), ...shown };
    case "snapshot prune":
      return {
        ...{ action, ...toKept(values), retention: toRetention(values) },
        ...{ isDryRun: values.has("dry-run"), ...shown },
      };
  }
}

function toFiles(operands: readonly string[]): string[] {
  if (operands.length === 0 || operands.includes("")) {
    throw new UsageError("say which files: snapshot check FILE...");
  }
  return [...new Set(operands)];
}

function toKept(values: GivenFlags["values"]): KeptSnapshots {
  const namespace = textOf(values, "namespace");
  const directory = toDirectory(textOf(values, "directory"));
  return { directory, ...(namespace === undefined ? {} : { namespace: toName("namespace", namespace) }) };
}

function toRetention(values: GivenFlags["values"]): Retention {
  const [keep, keepDays] = [textOf(values, "keep"), textOf(values, "keep-days")];
  if (keep === undefined) {
    throw new UsageError("--keep is missing: say how many of the newest stay with --keep 14");
  }
  return {
    keep: toNumber("keep", keep, 1),
    ...(keepDays === undefined ? {} : { keepDays: toNumber("keep-days", keepDays, 0) }),
  };
}

function toNumber(flag: string, text: string, least: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (number < least) throw new UsageError(`--${flag} takes a whole number, ${least} or more`);
  return number;
}

function textOf(values: GivenFlags["values"], name: string): string | undefined {
  const value = values.get(name);
  return value === true ? undefined : value;
}
