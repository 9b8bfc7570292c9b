import { rm } from "node:fs/promises";
import { inspectSnapshot } from "../../snapshot/file/inspect-snapshot.ts";
import { newestFirst, supersededSnapshots } from "../../snapshot/retention.ts";
import { isLeftBehind, type SnapshotFileEntry } from "../../snapshot/snapshot-directory.ts";
import { counted } from "../../wording/counted.ts";
import { describeBytes } from "../../wording/describe-amount.ts";
import { describeFailure } from "../../wording/describe-failure.ts";
import type { FileJobContext, JobReport } from "../show/job-report.ts";
import type { SnapshotPruneJob } from "../words/parse-file-job.ts";
import { describeKept, findKeptSnapshots } from "./kept-snapshots.ts";

/** Removes what nobody needs, having said what that is. */
export async function snapshotPruneJob(job: SnapshotPruneJob, context: FileJobContext): Promise<JobReport> {
  const entries = await findKeptSnapshots(job);
  const choices = await chooseSnapshots(job, entries, context);
  const going = [
    ...choices.flatMap(({ superseded }) => superseded),
    ...entries.filter((entry) => isLeftBehind(entry, context.now)),
  ];
  const unprotected = choices.filter(({ isSafe }) => !isSafe).map(({ namespace }) => namespace);
  const { removed, failures } = job.isDryRun ? { removed: [], failures: [] } : await removeAll(going, context);
  const stays = entries.filter((entry) => !going.includes(entry)).length;
  return {
    outcome: failures.length > 0 ? "failed" : unprotected.length > 0 ? "refused" : "done",
    lines: [
      `${counted(going.length, "file")} (${describeBytes(bytesOf(going))}) ${job.isDryRun ? "would be removed" : "to be removed"}, ` +
        `${stays} ${stays === 1 ? "stays" : "stay"} ${describeKept(job)}.`,
      ...(job.isDryRun
        ? going.map(({ name }) => `would be removed: ${name}`)
        : removed.map((name) => `removed: ${name}`)),
      ...unprotected.map(describeUnprotected),
      ...failures,
    ],
    document: {
      dryRun: job.isDryRun,
      toRemove: going.map(({ path }) => path),
      removed,
      kept: entries.filter((entry) => !going.includes(entry)).map(({ path }) => path),
      namespacesWithoutUsable: unprotected,
      failures,
    },
  };
}

interface Choice {
  readonly namespace: string;
  readonly superseded: readonly SnapshotFileEntry[];
  /** Whether one that can be restored is there, or none at all. */
  readonly isSafe: boolean;
}

/** Each etcd's by themselves: one that is saved often displaces none of another's. */
async function chooseSnapshots(
  { retention }: SnapshotPruneJob,
  entries: readonly SnapshotFileEntry[],
  { now, signal, onProgress }: FileJobContext,
): Promise<Choice[]> {
  const choices: Choice[] = [];
  const byNamespace = Map.groupBy(
    entries.filter(({ isPartial }) => !isPartial),
    ({ namespace }) => namespace,
  );
  for (const [namespace, own] of byNamespace) {
    const aged = [];
    let usable = 0;
    for (const entry of newestFirst(own)) {
      // Those behind as many usable ones as are kept decide about nothing.
      const isUsable = usable < retention.keep && (await inspectSnapshot(entry.path, { signal, onProgress })).isUsable;
      if (isUsable) usable += 1;
      aged.push({ ...entry, isUsable, entry });
    }
    const superseded = supersededSnapshots(aged, retention, now).map(({ entry }) => entry);
    choices.push({ namespace, superseded, isSafe: usable > 0 });
  }
  return choices;
}

async function removeAll(
  going: readonly SnapshotFileEntry[],
  { signal, announce }: FileJobContext,
): Promise<{ removed: string[]; failures: string[] }> {
  const [removed, failures]: [string[], string[]] = [[], []];
  for (const { name, bytes } of going) announce(`to be removed: ${name} (${describeBytes(bytes)})`);
  for (const { name, path } of going) {
    signal.throwIfAborted();
    try {
      await rm(path);
      removed.push(name);
    } catch (error) {
      failures.push(`${name} can't be removed: ${describeFailure(error)}`);
    }
  }
  return { removed, failures };
}

function describeUnprotected(namespace: string): string {
  return (
    `None of the snapshots of the etcd in namespace ${namespace} can be restored, and none of them was removed: ` +
    "`snapshot check` says why; save a new one with `snapshot save`."
  );
}

function bytesOf(entries: readonly SnapshotFileEntry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}
