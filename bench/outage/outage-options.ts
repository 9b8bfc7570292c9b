import { fillerKinds, type FillerKind } from "./filler.ts";

/** How Trident comes to its external etcd. The names are those of the results file. */
export const procedureNames = ["ours", "vendor"] as const;
export type ProcedureName = (typeof procedureNames)[number];

/** How many keys there are under /trident/. */
export const keyCounts = [10, 10_000, 100_000] as const;

/** One figure of the benchmark. */
export interface OutageCell {
  readonly procedure: ProcedureName;
  readonly keys: number;
}

export interface OutageOptions {
  /** Every figure that is to be measured; those of the vendor with few keys come before those with many. */
  readonly cells: readonly OutageCell[];
  /** How often each figure is measured. */
  readonly rounds: Readonly<Record<ProcedureName, number>>;
  /** A copy of the vendor's that would need longer is measured on fewer keys, and its time scaled. */
  readonly vendorSeconds: number;
  /** What most of the keys are. */
  readonly filler: FillerKind;
  /** The name of the results file, without the extension. */
  readonly results: string;
}

/** A setting of the environment is not what it can be. */
export class OutageOptionError extends Error {
  override readonly name = "OutageOptionError";
  constructor(setting: string, value: string, expected: string) {
    super(`${setting}=${value}: expected ${expected}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The vendor's with 10,000 keys takes minutes, and no ratio is formed with it: it is measured when KEYS asks for it. */
const usualKeys: Readonly<Record<ProcedureName, readonly number[]>> = { ours: keyCounts, vendor: [10, 100_000] };

/**
 * Reads QUICK, ROUNDS, VENDOR_ROUNDS, VENDOR_SECONDS, FILLER and the filters KEYS and PROCEDURES (lists with commas). What is not
 * the full run with its own filler writes beside its results, never over them.
 *
 * @throws OutageOptionError
 */
export function readOutageOptions(environment: Environment): OutageOptions {
  const quick = (environment.QUICK ?? "") !== "" && environment.QUICK !== "0";
  const allKeys = keyCounts.map(String);
  const keys = chosen(environment, "KEYS", allKeys)?.map(Number) ?? (quick ? keyCounts.slice(0, 1) : undefined);
  const procedures = chosen(environment, "PROCEDURES", procedureNames) ?? procedureNames;
  const cells = procedureNames
    .filter((procedure) => procedures.includes(procedure))
    .flatMap((procedure) => cellsOf(procedure, keys ?? usualKeys[procedure]));
  const usual = procedureNames.flatMap((procedure) => cellsOf(procedure, usualKeys[procedure]));
  const filler = fillerKinds.find((kind) => kind === chosen(environment, "FILLER", fillerKinds)?.[0]) ?? "snapshot";
  const isFull = usual.every((cell) => cells.some((each) => isSameCell(each, cell))) && filler === "snapshot";
  return {
    cells,
    rounds: {
      ours: wholeNumber(environment, "ROUNDS", quick ? 1 : 3),
      vendor: wholeNumber(environment, "VENDOR_ROUNDS", 1),
    },
    vendorSeconds: wholeNumber(environment, "VENDOR_SECONDS", 120),
    filler,
    results: isFull ? "outage" : "outage-part",
  };
}

export function isSameCell(one: OutageCell, other: OutageCell): boolean {
  return one.procedure === other.procedure && one.keys === other.keys;
}

/** What is measured, in order, one list a round: each figure in as many of the first rounds as it is to be measured. */
export function plannedRounds({ cells, rounds }: Pick<OutageOptions, "cells" | "rounds">): OutageCell[][] {
  const count = Math.max(...cells.map(({ procedure }) => rounds[procedure]));
  return Array.from({ length: count }, (_, round) => cells.filter(({ procedure }) => round < rounds[procedure]));
}

function cellsOf(procedure: ProcedureName, keys: readonly number[]): OutageCell[] {
  return keyCounts.filter((count) => keys.includes(count)).map((count) => ({ procedure, keys: count }));
}

function chosen(environment: Environment, setting: string, possible: readonly string[]): readonly string[] | undefined {
  const value = environment[setting];
  if (value === undefined || value === "") return undefined;
  const names = value.split(",").map((name) => name.trim());
  if (!names.every((name) => possible.includes(name))) {
    throw new OutageOptionError(setting, value, `a list of ${possible.join(", ")}`);
  }
  return names;
}

function wholeNumber(environment: Environment, setting: string, byDefault: number): number {
  const value = environment[setting];
  if (value === undefined || value === "") return byDefault;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw new OutageOptionError(setting, value, "a whole number from 1 on");
  }
  return number;
}
