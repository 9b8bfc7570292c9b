import { StoreError, type StoreErrorKind } from "../copy/store/store-error.ts";

/** `https://host:port` or `http://host:port`, as messages name an etcd. */
export type EndpointName = string;

/** The base of what an etcd call can end with; `kind` tells the copy engine whether to try again. */
export abstract class EtcdError extends StoreError {
  readonly endpoint: EndpointName;

  constructor(kind: StoreErrorKind, endpoint: EndpointName, message: string, cause?: unknown) {
    super(kind, `etcd at ${endpoint}: ${message}`, { cause });
    this.endpoint = endpoint;
  }
}

/** No connection, or a lost one. */
export class EtcdUnreachableError extends EtcdError {
  constructor(endpoint: EndpointName, reason: string, cause?: unknown) {
    super(
      "transient",
      endpoint,
      `cannot be reached: ${reason}. Check that it runs and that the address is right`,
      cause,
    );
    this.name = "EtcdUnreachableError";
  }
}

/**
 * - `authority`: the server's certificate is not signed by the CA given
 * - `serverName`: it is, but for other names
 * - `validity`: the server's certificate has expired or is not valid yet
 * - `clientCertificate`: the server turned our certificate down
 * - `protocol`: no TLS could be agreed on (for one, the server does not speak TLS)
 */
export type TlsReason = "authority" | "serverName" | "validity" | "clientCertificate" | "protocol";

/** The connection stands, but the two sides do not accept each other. Trying again does not help. */
export class EtcdTlsError extends EtcdError {
  readonly reason: TlsReason;

  constructor(endpoint: EndpointName, serverName: string, reason: TlsReason, detail: string, cause?: unknown) {
    super("permanent", endpoint, `${describeTlsReason(reason, serverName)} (${detail})`, cause);
    this.name = "EtcdTlsError";
    this.reason = reason;
  }
}

/** The call was given up; what it asked for may happen yet. */
export class EtcdDeadlineError extends EtcdError {
  constructor(endpoint: EndpointName, milliseconds: number, cause?: unknown) {
    super(
      "transient",
      endpoint,
      `no answer within ${milliseconds} ms. Check the network to it, its disk's latency and that it has a leader`,
      cause,
    );
    this.name = "EtcdDeadlineError";
  }
}

/** The member answers, the cluster does not serve: no leader, a change of leader, a proposal that timed out. */
export class EtcdNotServingError extends EtcdError {
  constructor(endpoint: EndpointName, reason: string, cause?: unknown) {
    super("transient", endpoint, `not serving at the moment: ${reason}. Check that most members are up`, cause);
    this.name = "EtcdNotServingError";
  }
}

export class EtcdBusyError extends EtcdError {
  constructor(endpoint: EndpointName, cause?: unknown) {
    super("busy", endpoint, "too many requests at the same time. Try again when it has less to do", cause);
    this.name = "EtcdBusyError";
  }
}

/** The revision asked for is gone. */
export class EtcdCompactedError extends EtcdError {
  constructor(endpoint: EndpointName, cause?: unknown) {
    super(
      "compacted",
      endpoint,
      "the revision being read was compacted away meanwhile. Stop automatic compaction there, then start again",
      cause,
    );
    this.name = "EtcdCompactedError";
  }
}

export class EtcdNoSpaceError extends EtcdError {
  constructor(endpoint: EndpointName, cause?: unknown) {
    super(
      "outOfSpace",
      endpoint,
      "its database has reached its quota. Compact and defragment it or raise --quota-backend-bytes, then disarm the alarm",
      cause,
    );
    this.name = "EtcdNoSpaceError";
  }
}

export class EtcdRequestTooLargeError extends EtcdError {
  constructor(endpoint: EndpointName, cause?: unknown) {
    super(
      "requestTooLarge",
      endpoint,
      "a request exceeds what it accepts. Raise its --max-request-bytes above the largest value to copy",
      cause,
    );
    this.name = "EtcdRequestTooLargeError";
  }
}

export class EtcdAnswerTooLargeError extends EtcdError {
  constructor(endpoint: EndpointName, cause?: unknown) {
    super(
      "answerTooLarge",
      endpoint,
      "an answer is larger than this client accepts. Ask for fewer keys at a time",
      cause,
    );
    this.name = "EtcdAnswerTooLargeError";
  }
}

export class EtcdPermissionError extends EtcdError {
  readonly reason: string;

  /** @param keys what was to be read or written, such as `reading the keys from /a/ to /a0`. */
  constructor(endpoint: EndpointName, reason: string, cause?: unknown, keys?: string) {
    const during = keys === undefined ? "" : ` for ${keys}`;
    super(
      "permanent",
      endpoint,
      `access refused${during}: ${reason}. Check the user, its roles and their key ranges`,
      cause,
    );
    this.name = "EtcdPermissionError";
    this.reason = reason;
  }
}

/** The server has forgotten the token that the password was exchanged for; it is asked for a new one. */
export class EtcdTokenError extends EtcdError {
  constructor(endpoint: EndpointName, reason: string, cause?: unknown) {
    super("transient", endpoint, `it no longer knows this client's login: ${reason}. Log in again`, cause);
    this.name = "EtcdTokenError";
  }
}

/** More operations in a transaction than it is set up for. */
export class EtcdTooManyOperationsError extends EtcdError {
  constructor(endpoint: EndpointName, cause?: unknown) {
    super(
      "tooManyOperations",
      endpoint,
      "a transaction has more operations than it accepts. Raise its --max-txn-ops, or send smaller transactions",
      cause,
    );
    this.name = "EtcdTooManyOperationsError";
  }
}

/** Everything else that a call can end with, in the server's or the client library's words. */
export class EtcdCallError extends EtcdError {
  constructor(endpoint: EndpointName, kind: "transient" | "permanent", reason: string, cause?: unknown) {
    super(kind, endpoint, `the call failed: ${reason}. See the member's log`, cause);
    this.name = "EtcdCallError";
  }
}

function describeTlsReason(reason: TlsReason, serverName: string): string {
  switch (reason) {
    case "authority":
      return "its certificate is not signed by the CA that was given. Use the CA certificate of this etcd cluster";
    case "serverName":
      return `its certificate is not for the name ${serverName}. Connect by one of its names, or issue it for this one too`;
    case "validity":
      return "its certificate has expired or is not valid yet. Renew it, or set the clocks";
    case "clientCertificate":
      return "it rejected the client certificate. Use one that is valid and signed by the CA which this etcd trusts for clients";
    case "protocol":
      return "no TLS connection could be agreed on. Check that this is its client port and that it serves TLS";
  }
}
