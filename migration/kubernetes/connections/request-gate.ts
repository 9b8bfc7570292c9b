/** Decides which requests may go to a cluster. */
export interface RequestGate {
  /** Answers with what ends the request while it is under way; what it raises is raised by the request, which is not sent. */
  pass(isChange: boolean): Promise<AbortSignal | undefined>;
}

/** Open until somebody asks for an end: nothing is sent after that, and what is under way is given up, with the signal's reason. */
export function openUntil(signal: AbortSignal): RequestGate {
  const pass = (): Promise<AbortSignal> =>
    signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve(signal);
  return { pass };
}
