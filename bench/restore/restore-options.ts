import { BenchmarkOptionError } from "../benchmark-options.ts";

export interface RestoreOptions {
  readonly keys: number;
  readonly valueBytes: number;
  readonly rounds: number;
  /** make-mirror, which would need longer, is measured on fewer keys. */
  readonly slowSeconds: number;
  /** Where the results go, without the extension. */
  readonly results: string;
}

const fullKeys = 1_000_000;

/**
 * Reads QUICK, RESTORE_KEYS (a power of ten), RESTORE_ROUNDS and SLOW_SECONDS. A quick or smaller run writes beside the results of the
 * full one.
 *
 * @throws BenchmarkOptionError
 */
export function readRestoreOptions(environment: Readonly<Record<string, string | undefined>>): RestoreOptions {
  const quick = (environment.QUICK ?? "") !== "" && environment.QUICK !== "0";
  const keys = wholeNumber(environment, "RESTORE_KEYS", quick ? 10_000 : fullKeys);
  if (!/^10+$/.test(String(keys)) || keys < 1000 || keys > fullKeys) {
    throw new BenchmarkOptionError("RESTORE_KEYS", String(keys), "1000, 10000, 100000 or 1000000");
  }
  return {
    keys,
    valueBytes: 256,
    rounds: wholeNumber(environment, "RESTORE_ROUNDS", quick ? 1 : 3),
    slowSeconds: wholeNumber(environment, "SLOW_SECONDS", 180),
    results: keys === fullKeys ? "restore" : "restore-quick",
  };
}

function wholeNumber(
  environment: Readonly<Record<string, string | undefined>>,
  setting: string,
  byDefault: number,
): number {
  const value = environment[setting] ?? "";
  const number = value === "" ? byDefault : Number(value);
  if (!Number.isInteger(number) || number < 1) {
    throw new BenchmarkOptionError(setting, value, "a whole number from 1 on");
  }
  return number;
}
