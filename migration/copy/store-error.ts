/**
 * What a failed call means to the engine:
 * - `transient`: the same call may succeed in a moment (a lost connection, a passed deadline, an election). A write that
 *   ended so may have been applied or not.
 * - `answerTooLarge`: a read whose answer exceeds what the client accepts; a smaller page will do.
 * - `permanent`: asking again will not help.
 */
export type StoreErrorKind = "transient" | "answerTooLarge" | "permanent";

/** The base of all errors of a KeyValueStore. The engine retries by `kind` and nothing else. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.kind = kind;
  }
}

export function isTransient(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "transient";
}

export function isAnswerTooLarge(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "answerTooLarge";
}
