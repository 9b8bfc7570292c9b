/** For loops: passes a line on when at least a second has gone by since the last one. The line is only made if needed. */
export function atMostEverySecond(
  report: (line: string) => void,
  now: () => number = Date.now,
): (line: () => string) => void {
  let last = now();
  return (line) => {
    if (now() - last < 1000) return;
    last = now();
    report(line());
  };
}
