/** Prints what a command of the sandbox does, each line with the seconds since the command began. */
export function startProgress(): (line: string) => void {
  const startedAt = Date.now();
  return (line) => {
    console.log(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}`);
  };
}

/** A duration for people: `45 s`, `3 min`, `3 min 20 s`. */
export function formatDuration(seconds: number): string {
  const rounded = Math.round(seconds);
  const minutes = Math.floor(rounded / 60);
  const rest = rounded % 60;
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}
