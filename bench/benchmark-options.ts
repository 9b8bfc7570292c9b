import { benchmarkCases, caseName, roundTrips, toolNames, type BenchmarkCase, type Cell } from "./cases.ts";

export interface BenchmarkOptions {
  /** Every figure that is to be measured once a round, not yet shuffled. */
  readonly cells: readonly Cell[];
  readonly rounds: number;
  /** Of the order; printed, so that a run can be repeated in the same one. */
  readonly seed: number;
  /** A slow tool that would need longer for a cell is measured on fewer keys. */
  readonly slowSeconds: number;
  /** A figure whose runs have taken so long in all is not measured again in a later round. */
  readonly cellSeconds: number;
  /** No new round is begun after so many minutes; the first is always completed. */
  readonly minutes: number;
  /** Where the results go, without the extension. */
  readonly results: string;
}

/** A setting of the environment is not what it can be. */
export class BenchmarkOptionError extends Error {
  override readonly name = "BenchmarkOptionError";
  constructor(setting: string, value: string, expected: string) {
    super(`${setting}=${value}: expected ${expected}`);
  }
}

const QUICK_CASES = ["10000x256"];

/**
 * Reads QUICK, ROUNDS, SEED, SLOW_SECONDS, CELL_SECONDS, MINUTES and RESULTS, and the filters CASES, RTTS and TOOLS (lists with
 * commas). A quick or filtered run writes beside the results of the full one, never over them.
 *
 * @throws BenchmarkOptionError
 */
export function readOptions(environment: Readonly<Record<string, string | undefined>>): BenchmarkOptions {
  const quick = (environment.QUICK ?? "") !== "" && environment.QUICK !== "0";
  const caseNames = benchmarkCases.map(caseName);
  const cases = chosen(environment, "CASES", caseNames, quick ? QUICK_CASES : caseNames);
  const rtts = chosen(environment, "RTTS", roundTrips.map(String), quick ? ["0"] : roundTrips.map(String));
  const tools = chosen(environment, "TOOLS", toolNames, toolNames);
  const cells = benchmarkCases
    .filter((candidate) => cases.includes(caseName(candidate)))
    .flatMap((candidate) => cellsOf(candidate, rtts, tools));
  const complete = cells.length === benchmarkCases.flatMap((each) => cellsOf(each, roundTrips.map(String))).length;
  return {
    cells,
    rounds: count(environment, "ROUNDS", quick ? 2 : 3),
    seed: count(environment, "SEED", Math.floor(Math.random() * 1_000_000) + 1),
    slowSeconds: count(environment, "SLOW_SECONDS", 180),
    cellSeconds: count(environment, "CELL_SECONDS", 3_600),
    minutes: count(environment, "MINUTES", quick ? 1 : 600),
    results: environment.RESULTS ?? (complete ? "copy" : quick ? "copy-quick" : "copy-part"),
  };
}

function cellsOf(
  { keys, valueBytes, tools }: BenchmarkCase,
  rtts: readonly string[],
  chosenTools: readonly string[] = toolNames,
): Cell[] {
  return rtts.flatMap((rtt) =>
    tools.filter((tool) => chosenTools.includes(tool)).map((tool) => ({ keys, valueBytes, rttMs: Number(rtt), tool })),
  );
}

function chosen(
  environment: Readonly<Record<string, string | undefined>>,
  setting: string,
  possible: readonly string[],
  byDefault: readonly string[],
): readonly string[] {
  const value = environment[setting];
  if (value === undefined || value === "") return byDefault;
  const names = value.split(",").map((name) => name.trim());
  if (!names.every((name) => possible.includes(name))) {
    throw new BenchmarkOptionError(setting, value, `a list of ${possible.join(", ")}`);
  }
  return names;
}

function count(environment: Readonly<Record<string, string | undefined>>, setting: string, byDefault: number): number {
  const value = environment[setting];
  if (value === undefined || value === "") return byDefault;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw new BenchmarkOptionError(setting, value, "a whole number from 1 on");
  }
  return number;
}
