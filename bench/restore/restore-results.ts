import { spreadOf, type Spread } from "../statistics.ts";
import { alignedTable, formatSeconds } from "../table.ts";

/** Who restores: `trident-etcd copy --from-snapshot`, or etcdctl's own way. */
export const restorers = ["ours", "etcdctl"] as const;
export type Restorer = (typeof restorers)[number];

/** One restore into a fresh etcd that passed the byte check. */
export interface RestoreRun {
  readonly restorer: Restorer;
  /** Until all keys are in the destination; of ours, verified. Scaled when make-mirror copied fewer. */
  readonly seconds: number;
  /** Parts of it: of etcdctl's way `restore`, `start` and `make-mirror`. */
  readonly parts: Readonly<Record<string, number>>;
  /** The most memory of any process of it but the destination. */
  readonly maxRssMiB: number;
  readonly measuredKeys: number;
}

export interface RestoreRow {
  readonly restorer: Restorer;
  readonly keys: number;
  readonly valueBytes: number;
  readonly seconds: Spread;
  /** Medians. */
  readonly parts: Readonly<Record<string, number>>;
  readonly maxRssMiB: number;
  readonly bytesChecked: true;
  /** Present when make-mirror's part was scaled up from that for so many keys. */
  readonly scaledFromKeys?: number;
}

export function restoreRows(
  { keys, valueBytes }: { readonly keys: number; readonly valueBytes: number },
  runs: readonly RestoreRun[],
): RestoreRow[] {
  return restorers.flatMap((restorer) => {
    const own = runs.filter((run) => run.restorer === restorer);
    if (own.length === 0) return [];
    const { median, min, max } = spreadOf(own.map(({ seconds }) => seconds));
    const measuredKeys = Math.min(...own.map((run) => run.measuredKeys));
    return [
      {
        ...{ restorer, keys, valueBytes },
        seconds: { median: rounded(median), min: rounded(min), max: rounded(max) },
        parts: mediansOf(own.map(({ parts }) => parts)),
        maxRssMiB: Math.round(Math.max(...own.map(({ maxRssMiB }) => maxRssMiB))),
        bytesChecked: true,
        ...(measuredKeys < keys ? { scaledFromKeys: measuredKeys } : {}),
      },
    ];
  });
}

/** The most memory that a restore of 1,000,000 keys may take. */
const mostMebibytes = 200;

export function restoreTable(rows: readonly RestoreRow[]): string {
  const header = ["restore by", "keys", "median s", "min", "max", "max RSS", "parts (s)"];
  const lines = rows.map(({ restorer, keys, seconds, maxRssMiB, parts, scaledFromKeys }) => [
    restorer,
    keys.toLocaleString("en"),
    `${formatSeconds(seconds.median)}${scaledFromKeys === undefined ? " " : "*"}`,
    ...[formatSeconds(seconds.min), formatSeconds(seconds.max), `${maxRssMiB} MiB`],
    Object.entries(parts)
      .map(([name, part]) => `${name} ${formatSeconds(part)}`)
      .join(", "),
  ]);
  const [ours, theirs] = restorers.map((restorer) => rows.find((row) => row.restorer === restorer));
  const scaled = rows.find(({ scaledFromKeys }) => scaledFromKeys !== undefined)?.scaledFromKeys;
  return [
    alignedTable(header, lines, 1),
    "Ours: one process, from its start until every key and value is compared. etcdctl: snapshot restore, the start of an etcd on it, and",
    "make-mirror from that until its last key exists; nothing is compared. The memory is that of the largest process beside the destination.",
    ...(scaled === undefined
      ? []
      : [`* make-mirror scaled: measured on the first ${scaled.toLocaleString("en")} keys.`]),
    ...(ours === undefined || theirs === undefined
      ? []
      : [`etcdctl's way takes ${(theirs.seconds.median / ours.seconds.median).toFixed(1)} times as long as ours.`]),
    ...(ours?.keys === 1_000_000
      ? [`MiB resident, ours: ${ours.maxRssMiB}, wanted <= ${mostMebibytes}: ${verdict(ours.maxRssMiB)}`]
      : []),
  ].join("\n");
}

function verdict(mebibytes: number): string {
  return mebibytes <= mostMebibytes ? "reached" : "MISSED";
}

function mediansOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, rounded(spreadOf(all.map((parts) => parts[name] ?? 0)).median)]),
  );
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
