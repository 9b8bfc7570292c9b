/** The command line cannot be obeyed as it stands. The message names the flag, and never repeats a value that may be secret. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
