/** What is timed. The names are those of the results file. */
export const figures = [
  "preview",
  "preview without the plan",
  "up without changes",
  "up of an empty program",
  "up of an empty program that loads Pulumi",
] as const;
export type FigureName = (typeof figures)[number];

/** One figure of the benchmark; an empty program has no keys. */
export interface PreviewCell {
  readonly what: FigureName;
  readonly keys: number;
}

export interface PreviewOptions {
  readonly fewKeys: number;
  readonly manyKeys: number;
  /** How often each figure is measured. */
  readonly rounds: number;
  /** Of the order; printed, so that a run can be repeated in the same one. */
  readonly seed: number;
  /** The name of the results file, without the extension. */
  readonly results: string;
}

/** A setting of the environment is not what it can be. */
export class PreviewOptionError extends Error {
  override readonly name = "PreviewOptionError";
  constructor(setting: string, value: string) {
    super(`${setting}=${value}: expected a whole number from 1 on`);
  }
}

/**
 * Reads QUICK, ROUNDS and SEED. A quick run has fewer keys, and writes beside the full results, never over them.
 *
 * @throws PreviewOptionError
 */
export function readPreviewOptions(environment: Readonly<Record<string, string | undefined>>): PreviewOptions {
  const quick = (environment.QUICK ?? "") !== "" && environment.QUICK !== "0";
  return {
    fewKeys: 10,
    manyKeys: quick ? 10_000 : 100_000,
    rounds: wholeNumber(environment, "ROUNDS", quick ? 2 : 7),
    seed: wholeNumber(environment, "SEED", Math.floor(Math.random() * 1_000_000) + 1),
    results: quick ? "preview-quick" : "preview",
  };
}

/** Measured while both legacy Tridents serve. */
export function previewCells({ fewKeys, manyKeys }: Pick<PreviewOptions, "fewKeys" | "manyKeys">): PreviewCell[] {
  return [
    { what: "preview", keys: fewKeys },
    { what: "preview", keys: manyKeys },
    { what: "preview without the plan", keys: manyKeys },
  ];
}

/** Measured once the Trident with many keys has been migrated. */
export function upCells({ manyKeys }: Pick<PreviewOptions, "manyKeys">): PreviewCell[] {
  return [
    { what: "up without changes", keys: manyKeys },
    { what: "up of an empty program", keys: 0 },
    { what: "up of an empty program that loads Pulumi", keys: 0 },
  ];
}

function wholeNumber(
  environment: Readonly<Record<string, string | undefined>>,
  setting: string,
  byDefault: number,
): number {
  const value = environment[setting];
  if (value === undefined || value === "") return byDefault;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new PreviewOptionError(setting, value);
  return number;
}
