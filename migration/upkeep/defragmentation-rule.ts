import type { DatabaseUse } from "./database-use.ts";

/** When a defragmentation pays: a file is written anew for what it gives back. */
export interface DefragmentationRule {
  /** Of the file, how much is to be unused; from 0 to 1. */
  readonly atLeastFraction: number;
  /** How much of it is to be unused, in bytes. */
  readonly atLeastBytes: number;
  /** Whether it is done in any case. */
  readonly always: boolean;
}

export const usualRule: DefragmentationRule = { atLeastFraction: 0.5, atLeastBytes: 100 * 1024 ** 2, always: false };

/** Pure. A file of which nobody knows what is unused is written anew only when asked for in any case. */
export function pays({ bytes, unusedBytes }: DatabaseUse, rule: DefragmentationRule): boolean {
  if (rule.always) return true;
  return unusedBytes >= rule.atLeastBytes && unusedBytes >= rule.atLeastFraction * bytes;
}
