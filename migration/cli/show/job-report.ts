import { printableKey } from "../../copy/store/printable-key.ts";
import type { ReportOpening } from "../../snapshot/file/opening-progress.ts";
import type { ConnectedSide, ConnectedSides } from "../connected-sides.ts";
import type { Outcome } from "../exit-codes.ts";
import type { Job } from "../words/parse-command.ts";
import type { Progress } from "./progress-display.ts";

/** What a job came to: the same facts for people and for programs. */
export interface JobReport {
  readonly outcome: Outcome;
  readonly lines: readonly string[];
  /** Joins the document that --json prints. Revisions are decimal strings: they exceed what JSON numbers hold exactly. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** What a job works with. */
export interface JobContext extends ConnectedSides {
  readonly job: Job;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** What a job on snapshots' files works with. */
export interface FileJobContext {
  readonly signal: AbortSignal;
  readonly now: Date;
  readonly onProgress: ReportOpening;
  /** A line that is to be read before what it says is done. */
  readonly announce: (line: string) => void;
}

/** `under /trident/` or `of the whole etcd` */
export function describeKeysChosen({ prefix }: Job): string {
  return prefix === undefined ? "of the whole etcd" : `under ${printableKey(prefix)}`;
}

/** A snapshot's file has no cluster's id: `sha256` tells it from others. */
export function documentOfSide(connected: ConnectedSide, revision: bigint): Record<string, unknown> {
  const { version, clusterId } = connected.status;
  if ("urls" in connected) return { urls: connected.urls, clusterId, version, revision: revision.toString() };
  const { path, sha256, isChecked, etcdVersion } = connected.store;
  return {
    snapshot: { path, sha256, hasChecksum: isChecked },
    version: etcdVersion ?? null,
    revision: revision.toString(),
  };
}

const LABEL_WIDTH = 13;

/** `source       https://...` with the second line below the first. */
export function linesOfSide(connected: ConnectedSide, revision: bigint): string[] {
  const { side, status } = connected;
  const label = (side === "from" ? "source" : "destination").padEnd(LABEL_WIDTH);
  if ("urls" in connected) {
    return [
      label + connected.urls.join(", "),
      indented(`etcd ${status.version}, cluster ${status.clusterId}, revision ${revision.toString()}`),
    ];
  }
  const { path, isChecked } = connected.store;
  const checked = isChecked ? "its checksum holds" : "without a checksum: damage within keys and values goes unnoticed";
  return [label + path, indented(`snapshot of etcd ${status.version}, revision ${revision.toString()}, ${checked}`)];
}

/** Below the URLs of a side. */
export function indented(text: string): string {
  return " ".repeat(LABEL_WIDTH) + text;
}

export function labelled(label: string, text: string): string {
  return label.padEnd(LABEL_WIDTH) + text;
}
