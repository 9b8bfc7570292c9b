/**
 * What a failed call means to the engine:
 * - `transient`: the same call may succeed in a moment (a lost connection, a passed deadline, an election). A write that
 *   ended so may have been applied or not.
 * - `busy`: refused, before anything was done, by a server that has too much to do; fewer calls at a time may be taken.
 * - `outOfSpace`: a write that found the store full. It may have been applied all the same.
 * - `answerTooLarge`: a read whose answer exceeds what the client accepts; a smaller page will do.
 * - `requestTooLarge`, `tooManyOperations`: a write that was refused as a whole; a smaller one may be taken.
 * - `compacted`: the revision to read is gone; a later one can be read.
 * - `permanent`: asking again will not help.
 */
export type StoreErrorKind =
  | "transient"
  | "busy"
  | "outOfSpace"
  | "answerTooLarge"
  | "requestTooLarge"
  | "tooManyOperations"
  | "compacted"
  | "permanent";

/** The base of all errors of a KeyValueStore. The engine retries by `kind` and nothing else. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.kind = kind;
  }
}

/** Whether the same call may succeed later. */
export function isTransient(error: unknown): boolean {
  return error instanceof StoreError && (error.kind === "transient" || isBusy(error));
}

export function isBusy(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "busy";
}

export function isOutOfSpace(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "outOfSpace";
}

export function isRequestTooLarge(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "requestTooLarge";
}

export function isTooManyOperations(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "tooManyOperations";
}

export function isCompacted(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "compacted";
}

export function isAnswerTooLarge(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "answerTooLarge";
}
