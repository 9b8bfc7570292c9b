/** The copier's log lacks the lines that say when the copy began and ended. */
export class CopyLogError extends Error {
  override readonly name = "CopyLogError";
  constructor(log: string) {
    super(`the copy job's log does not say when the copy began and ended: ${JSON.stringify(log.slice(-300))}`);
  }
}

/**
 * How long the copy itself took, from the log of the copier's container.
 *
 * @throws CopyLogError
 */
export function copySecondsOf(log: string): number {
  const began = secondsAfter("copy began at", log);
  const ended = secondsAfter("copy ended at", log);
  if (began === undefined || ended === undefined || ended < began) throw new CopyLogError(log);
  return ended - began;
}

function secondsAfter(words: string, log: string): number | undefined {
  const seconds = new RegExp(`^${words} (\\d+(?:\\.\\d+)?)$`, "m").exec(log)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
