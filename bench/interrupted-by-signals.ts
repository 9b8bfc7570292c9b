/** Aborted by the first ^C or SIGTERM, with a reason that names it; `say` tells the user what that means for this run. */
export function interruptedBySignals(say: (signal: NodeJS.Signals) => void): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      say(signal);
      interrupt.abort(new Error(`interrupted by ${signal}`));
    });
  }
  return interrupt.signal;
}

/** The command's last words when it can't go on, without a stack: its errors say what to do. */
export function endWith(error: unknown): void {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
