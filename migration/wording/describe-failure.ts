/**
 * What went wrong, in one line: an error's message, with the reason that a bare `fetch failed` hides in its cause; the
 * message of a WebSocket's error event; or whatever else was thrown.
 */
export function describeFailure(failure: unknown): string {
  if (failure instanceof AggregateError) return describeAll(failure);
  if (failure instanceof Error) return describeError(failure);
  if (isRecord(failure) && typeof failure.message === "string") return failure.message;
  return String(failure);
}

// What undici wraps every failure in, and among them the answer of a proxy that refuses.
const saysNothing = ["fetch failed", "Request was cancelled.", ""];

function describeError(error: Error): string {
  if (error.cause !== undefined && saysNothing.includes(error.message)) {
    return describeFailure(error.cause);
  }
  return error.message === "" ? (errorCode(error) ?? error.name) : error.message;
}

/** One reason for each address that was tried. */
function describeAll(error: AggregateError): string {
  const reasons = error.errors.map((each: unknown) => describeFailure(each));
  return [...new Set(reasons)].join(", ");
}

function errorCode(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
