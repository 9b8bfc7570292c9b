/** The fixture can't be installed, or what it installed does not do what it should. */
export class LegacyTridentFixtureError extends Error {
  override readonly name = "LegacyTridentFixtureError";
}

/** Trident's REST API answered with an error, such as the reason why its bootstrap failed. */
export class TridentAnswerError extends Error {
  override readonly name = "TridentAnswerError";
  readonly status: number;

  constructor(path: string, status: number, reason: string) {
    super(`Trident answered GET ${path} with ${status}: ${reason}`);
    this.status = status;
  }
}
