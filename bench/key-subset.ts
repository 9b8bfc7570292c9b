/** What the keys of every source begin with; seven decimal digits follow. */
export const keyPrefix = "/bench/";
const digits = 7;

/** The first keys of a source, as a prefix can select them. */
export interface KeySubset {
  readonly prefix: string;
  readonly keys: number;
  /** The least and the greatest in byte order. */
  readonly firstKey: string;
  readonly lastKey: string;
}

export function wholeSource(keys: number): KeySubset {
  return { prefix: keyPrefix, keys, firstKey: keyOf(0), lastKey: keyOf(keys - 1) };
}

/** The first 1, 10, 100, ... keys: a prefix of zeroes selects as many as a power of ten. */
export function firstKeys(powerOfTen: number): KeySubset {
  const exponent = Math.round(Math.log10(powerOfTen));
  if (10 ** exponent !== powerOfTen || exponent > digits) {
    throw new RangeError(`${powerOfTen} is not a power of ten up to ${10 ** digits}`);
  }
  return {
    prefix: keyPrefix + "0".repeat(digits - exponent),
    keys: powerOfTen,
    firstKey: keyOf(0),
    lastKey: keyOf(powerOfTen - 1),
  };
}

function keyOf(index: number): string {
  return keyPrefix + String(index).padStart(digits, "0");
}
