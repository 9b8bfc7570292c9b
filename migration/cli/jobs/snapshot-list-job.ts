import { inspectSnapshot, type InspectedSnapshot } from "../../snapshot/file/inspect-snapshot.ts";
import { isLeftBehind, type SnapshotFileEntry } from "../../snapshot/snapshot-directory.ts";
import { counted } from "../../wording/counted.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import type { FileJobContext, JobReport } from "../show/job-report.ts";
import { ageSeconds, describeAge, describeInspected, documentOfInspected } from "../show/snapshot-words.ts";
import type { SnapshotListJob } from "../words/parse-file-job.ts";
import { describeKept, findKeptSnapshots } from "./kept-snapshots.ts";

/** Says of each snapshot what it holds, having read it. */
export async function snapshotListJob(job: SnapshotListJob, context: FileJobContext): Promise<JobReport> {
  const { now, signal, onProgress } = context;
  const entries = await findKeptSnapshots(job);
  const listed: ListedSnapshot[] = [];
  for (const entry of entries.filter(({ isPartial }) => !isPartial)) {
    listed.push({ entry, found: await inspectSnapshot(entry.path, { signal, onProgress }) });
  }
  const partial = entries.filter(({ isPartial }) => isPartial);
  const usable = listed.filter(({ found }) => found.isUsable).length;
  return {
    outcome: "done",
    lines: [
      `${counted(listed.length, "snapshot")} ${describeKept(job)}${usable === listed.length ? "" : `, ${usable} of them usable`}.`,
      ...table(listed.map((each) => rowOf(each, now))),
      ...partial.map((entry) => partialLine(entry, now)),
    ],
    document: {
      snapshots: listed.map((each) => documentOf(each, now)),
      partial: partial.map((entry) => ({ ...documentOfEntry(entry, now), leftBehind: isLeftBehind(entry, now) })),
    },
  };
}

interface ListedSnapshot {
  readonly entry: SnapshotFileEntry;
  readonly found: InspectedSnapshot;
}

function rowOf({ entry, found }: ListedSnapshot, now: Date): string[] {
  const { name, savedAt, bytes } = entry;
  return [
    name,
    savedAt.toISOString(),
    `${describeAge(savedAt, now)} ago`,
    describeBytes(bytes),
    describeInspected(found),
  ];
}

/** Each column as wide as its widest cell; none of no rows. */
function table(rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const all = [["NAME", "SAVED AT", "AGE", "SIZE", "HOLDS"], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function partialLine(entry: SnapshotFileEntry, now: Date): string {
  const what = isLeftBehind(entry, now)
    ? "was left behind by a run that was killed: `snapshot prune` removes it"
    : "is not complete yet: it was written to a moment ago";
  return `${entry.name} ${what}.`;
}

function documentOf({ entry, found }: ListedSnapshot, now: Date): Record<string, unknown> {
  return { ...documentOfEntry(entry, now), ...documentOfInspected(found) };
}

function documentOfEntry({ name, path, namespace, savedAt, bytes }: SnapshotFileEntry, now: Date) {
  return { name, path, namespace, savedAt: savedAt.toISOString(), ageSeconds: ageSeconds(savedAt, now), bytes };
}
