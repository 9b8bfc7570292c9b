import { firstKeys, wholeSource, type KeySubset } from "./key-subset.ts";

/** How many keys a slow tool copies once, to see how slow it is. */
export const PILOT_KEYS = 100;

/** Below this there is nothing to gain from measuring on fewer keys. */
const FEWEST_KEYS = 1_000;

/** A run of a tool that copies one key at a time. */
export interface PartialRun {
  readonly keys: number;
  readonly seconds: number;
  /** When the first key existed: the tool's own start lies before it. */
  readonly firstKeySeconds: number;
}

export function needsPilot(keys: number): boolean {
  return keys > FEWEST_KEYS;
}

/**
 * All keys of a cell when the tool would be through with them in time, else the first 1,000, 10,000, ...: the most that
 * it can do in time.
 */
export function keysToMeasure(keys: number, pilot: PartialRun | undefined, slowSeconds: number): KeySubset {
  const fitting = pilot === undefined ? Infinity : slowSeconds / secondsPerKey(pilot);
  if (!needsPilot(keys) || keys <= fitting) return wholeSource(keys);
  let subset = FEWEST_KEYS;
  while (subset * 10 < keys && subset * 10 <= fitting) subset *= 10;
  return firstKeys(subset);
}

/**
 * The seconds that all keys would have taken: what is left out is charged at the rate from the first key on. So the tool's
 * own start is counted once, and not multiplied with the keys.
 */
export function scaleSeconds(measured: PartialRun, keys: number): number {
  return measured.seconds + secondsPerKey(measured) * (keys - measured.keys);
}

function secondsPerKey({ keys, seconds, firstKeySeconds }: PartialRun): number {
  return (seconds - firstKeySeconds) / (keys - 1);
}
