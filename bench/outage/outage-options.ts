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
  /** Every figure that is to be measured once a round; those of the vendor with few keys come before those with many. */
  readonly cells: readonly OutageCell[];
  readonly rounds: number;
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

/**
 * Reads QUICK, ROUNDS, VENDOR_SECONDS, FILLER and the filters KEYS and PROCEDURES (lists with commas). What is not the full run
 * with its own filler writes beside its results, never over them.
 *
 * @throws OutageOptionError
 */
export function readOutageOptions(environment: Environment): OutageOptions {
  const quick = (environment.QUICK ?? "") !== "" && environment.QUICK !== "0";
  const allKeys = keyCounts.map(String);
  const keys = chosen(environment, "KEYS", allKeys) ?? (quick ? allKeys.slice(0, 1) : allKeys);
  const procedures = chosen(environment, "PROCEDURES", procedureNames) ?? procedureNames;
  const all = procedureNames.flatMap((procedure) => keyCounts.map((count) => ({ procedure, keys: count })));
  const cells = all.filter((cell) => procedures.includes(cell.procedure) && keys.includes(String(cell.keys)));
  const filler = fillerKinds.find((kind) => kind === chosen(environment, "FILLER", fillerKinds)?.[0]) ?? "snapshot";
  const isFull = cells.length === all.length && !quick && filler === "snapshot";
  return {
    cells,
    rounds: wholeNumber(environment, "ROUNDS", quick ? 1 : 3),
    vendorSeconds: wholeNumber(environment, "VENDOR_SECONDS", 600),
    filler,
    results: isFull ? "outage" : "outage-part",
  };
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
