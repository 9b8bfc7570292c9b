/** Decides which requests may go to a cluster. */
export interface RequestGate {
  /** Answers with what ends the request while it is under way; what it raises is raised by the request, which is not sent. */
  pass(isChange: boolean): Promise<AbortSignal | undefined>;
}
