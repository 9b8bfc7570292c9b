import { parseSnapshotName } from "../snapshot-name.ts";

/** What a run of the schedule came to, as it said at its end. */
export type RunReport = SavedReport | { readonly outcome: "failed"; readonly reason: string };

export interface SavedReport {
  readonly outcome: "saved";
  /** On the claim. */
  readonly file: string;
  readonly savedAt: Date;
  /** As decimal digits. */
  readonly revision: string;
  /** As etcdctl counts: each revision of a key, and etcd's own records. */
  readonly keys: number;
  readonly bytes: number;
  /** Etcd's, over all that is in it. */
  readonly hash: number;
}

/** The newest snapshot among runs, the newest of which comes first. */
export function newestSaved<Run extends RunReport>(
  runs: readonly Run[],
): Extract<Run, { readonly outcome: "saved" }> | undefined {
  return runs.find((run): run is Extract<Run, { readonly outcome: "saved" }> => run.outcome === "saved");
}

/** Undefined for what is not such a report, such as the end of a log. */
export function readRunReport(lastWords: string | undefined): RunReport | undefined {
  const report = parsed(lastWords ?? "");
  if (typeof report.error === "string") return { outcome: "failed", reason: report.error };
  const { file, revision, keys, bytes, hash } = report;
  const named = typeof file === "string" ? parseSnapshotName(file) : undefined;
  if (typeof file !== "string" || named === undefined || named.isPartial) return undefined;
  if (typeof keys !== "number" || typeof bytes !== "number" || typeof hash !== "number") return undefined;
  const { savedAt } = named;
  return { outcome: "saved", file, savedAt, revision: String(revision), keys, bytes, hash };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
