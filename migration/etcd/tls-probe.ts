import { isIP } from "node:net";
import { checkServerIdentity, connect, type TLSSocket } from "node:tls";
import type { TlsReason } from "./errors.ts";

export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: {
    readonly certificateAuthority: Buffer;
    readonly certificate?: Buffer;
    readonly privateKey?: Buffer;
    /** The host when absent. */
    readonly serverName?: string;
  };
}

export interface TlsFault {
  readonly reason: TlsReason;
  /** In OpenSSL's or Node's words. */
  readonly detail: string;
  /** The name that the server's certificate was to have. */
  readonly serverName: string;
}

/**
 * Connects once more, without gRPC, to learn why TLS fails: grpc-js says UNAVAILABLE whatever the reason.
 *
 * @returns undefined when TLS is not to blame, or within the time there was no telling.
 */
export function findTlsFault(target: TlsTarget, timeoutMilliseconds = 3_000): Promise<TlsFault | undefined> {
  const { promise, resolve } = Promise.withResolvers<TlsFault | undefined>();
  let socket: TLSSocket;
  try {
    socket = open(target);
  } catch (error) {
    return Promise.resolve(error instanceof Error ? faultOf(error, target) : undefined);
  }
  // In TLS 1.3 the server judges the client's certificate after the client is done: success shows in the first byte that
  // the server sends (an HTTP/2 server speaks first), a rejection in an alert. Nothing is sent meanwhile: unread data
  // would make the server's kernel reset the connection and drop the alert.
  socket.once("data", () => {
    resolve(undefined);
  });
  socket.once("error", (error: Error) => {
    resolve(faultOf(error, target));
  });
  socket.once("close", () => {
    resolve(undefined);
  });
  socket.setTimeout(timeoutMilliseconds, () => {
    resolve(undefined);
  });
  return promise.finally(() => {
    socket.on("error", () => undefined);
    socket.destroy();
  });
}

function open(target: TlsTarget): TLSSocket {
  const { host, port, tls } = target;
  const serverName = serverNameOf(target);
  return connect({
    host,
    port,
    ca: tls.certificateAuthority,
    cert: tls.certificate,
    key: tls.privateKey,
    ALPNProtocols: ["h2"],
    checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
    // An IP address is not allowed as a server name in the handshake.
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
  });
}

function serverNameOf({ host, tls }: TlsTarget): string {
  return tls.serverName ?? host;
}

/**
 * Error codes of Node (tls.checkServerIdentity, X509 verification: https://nodejs.org/api/tls.html#x509-certificate-error-codes)
 * and of OpenSSL's alerts. A certificate of another CA with the same name shows as a bad signature.
 */
function faultOf(error: Error, target: TlsTarget): TlsFault | undefined {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const reason = reasonOf(code);
  return reason === undefined ? undefined : { reason, detail: code, serverName: serverNameOf(target) };
}

export function reasonOf(code: string): TlsReason | undefined {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "serverName";
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return "validity";
  }
  if (
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|CERT_|INVALID_CA|INVALID_PURPOSE)/.test(code)
  ) {
    return "authority";
  }
  if (/ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/.test(code)) {
    return "clientCertificate";
  }
  return code.startsWith("ERR_SSL_") || code === "EPROTO" ? "protocol" : undefined;
}
