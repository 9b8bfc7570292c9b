import {
  EtcdAnswerTooLargeError,
  EtcdBusyError,
  EtcdCallError,
  EtcdCompactedError,
  EtcdDeadlineError,
  EtcdNoSpaceError,
  EtcdNotServingError,
  EtcdPermissionError,
  EtcdRequestTooLargeError,
  EtcdTokenError,
  EtcdTooManyOperationsError,
  EtcdUnreachableError,
  type EndpointName,
  type EtcdError,
} from "./errors.ts";

/** Of gRPC's status codes those that tell something (https://grpc.io/docs/guides/status-codes/). */
const CANCELLED = 1;
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const ABORTED = 10;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** What a connection lost in the midst of a call may show as; a resent write is guarded, so trying again is safe. */
const LOST_CALLS: readonly unknown[] = [CANCELLED, UNKNOWN, ABORTED, INTERNAL];

/**
 * Turns what a call ends with into an error of ours, by gRPC's status, its `code`. Several of etcd's conditions share
 * one, so those are told by etcd's own texts (api/v3rpc/rpctypes/error.go in etcd).
 */
export function explainFailure(error: unknown, endpoint: EndpointName, deadlineMilliseconds: number): EtcdError {
  const text = textOf(error);
  const byText = TEXTS.find(([part]) => text.includes(part));
  if (byText !== undefined) {
    return byText[1](endpoint, error);
  }
  const reason = withoutStatus(text);
  const status = error instanceof Error && "code" in error ? error.code : undefined;
  switch (status) {
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return new EtcdPermissionError(endpoint, reason, error);
    case DEADLINE_EXCEEDED:
      return new EtcdDeadlineError(endpoint, deadlineMilliseconds, error);
    case UNAVAILABLE:
      return text.includes("etcdserver: ")
        ? new EtcdNotServingError(endpoint, reason, error)
        : new EtcdUnreachableError(endpoint, connectionFailure(reason), error);
    default:
      return new EtcdCallError(endpoint, LOST_CALLS.includes(status) ? "transient" : "permanent", reason, error);
  }
}

const TEXTS: readonly (readonly [string, (endpoint: EndpointName, cause: unknown) => EtcdError])[] = [
  ["required revision has been compacted", (endpoint, cause) => new EtcdCompactedError(endpoint, cause)],
  ["database space exceeded", (endpoint, cause) => new EtcdNoSpaceError(endpoint, cause)],
  ["too many requests", (endpoint, cause) => new EtcdBusyError(endpoint, cause)],
  ["request is too large", (endpoint, cause) => new EtcdRequestTooLargeError(endpoint, cause)],
  ["too many operations in txn", (endpoint, cause) => new EtcdTooManyOperationsError(endpoint, cause)],
  ["invalid auth token", (endpoint, cause) => new EtcdTokenError(endpoint, "invalid auth token", cause)],
  // A user or a role was changed since the login.
  ["revision of auth store is old", (endpoint, cause) => new EtcdTokenError(endpoint, "users were changed", cause)],
  [
    "authentication failed, invalid user ID or password",
    (endpoint, cause) => new EtcdPermissionError(endpoint, withoutStatus(textOf(cause)), cause),
  ],
  [
    "user name is empty",
    (endpoint, cause) => new EtcdPermissionError(endpoint, "it asks for a user name and a password", cause),
  ],
  // Only a member that lags behind says so: another one, or this one in a moment, has the revision.
  [
    "required revision is a future revision",
    (endpoint, cause) =>
      new EtcdNotServingError(endpoint, "it lags behind the other members (a future revision was asked of it)", cause),
  ],
  // grpc-js, and grpc-go's transport below etcd's own check.
  ["Received message larger than max", (endpoint, cause) => new EtcdAnswerTooLargeError(endpoint, cause)],
  ["received message larger than max", (endpoint, cause) => new EtcdRequestTooLargeError(endpoint, cause)],
];

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Without the `14 UNAVAILABLE: ` that gRPC puts in front. */
function withoutStatus(text: string): string {
  return text.replace(/^(?:\w+: )?\d+ [A-Z_]+: /, "");
}

/** grpc-js wraps the system's words in its own, with a resolution note after it. */
function connectionFailure(text: string): string {
  return /(?:connect|read|write|getaddrinfo) E[A-Z_]+[^()]*/.exec(text)?.[0].trim() ?? text;
}
