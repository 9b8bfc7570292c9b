/** How many tests of a suite ended in which way. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: Totals = { passed: 0, failed: 0, skipped: 0 };

export function addTotals(left: Totals, right: Totals): Totals {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

export function closingLine(totals: Totals): string {
  return `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
}

/** What a run has printed, with the totals of its closing line; without such a line it counts as one failure. */
export function splitClosingLine(output: string): { printed: string; totals: Totals } {
  const match = /^(\d+) passed, (\d+) failed, (\d+) skipped\n?$/m.exec(output.split("\n").slice(-2).join("\n"));
  if (match === null) return { printed: output, totals: { passed: 0, failed: 1, skipped: 0 } };
  const [line, passed, failed, skipped] = match;
  const printed = output.slice(0, output.lastIndexOf(line));
  return { printed, totals: { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) } };
}
