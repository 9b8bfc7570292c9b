import { isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { SocksClient, type SocksProxy } from "socks";

/** How undici asks for a connection. */
interface Destination {
  readonly hostname: string;
  readonly protocol: string;
  /** Empty for the protocol's own. */
  readonly port: string;
}

type Connect = (destination: Destination, done: (error: Error | null, socket: Socket | null) => void) => void;

/** Connections through a SOCKS 5 proxy, which looks the names up; with the user and password of its URL, where it has them. */
export function throughSocks(proxyUrl: string, requestTls: ConnectionOptions): Connect {
  const proxy = socksProxy(proxyUrl);
  return ({ hostname, protocol, port }, done) => {
    const isSecure = protocol === "https:";
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    const destination = { host, port: port === "" ? (isSecure ? 443 : 80) : Number(port) };
    SocksClient.createConnection({ proxy, command: "connect", destination }).then(
      ({ socket }) => {
        if (isSecure) secure(socket, host, requestTls, done);
        else done(null, socket);
      },
      (error: unknown) => {
        done(withoutOptions(error), null);
      },
    );
  };
}

function socksProxy(proxyUrl: string): SocksProxy {
  const { hostname, port, username, password } = new URL(proxyUrl);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 1080 : Number(port),
    type: 5,
    ...(username === "" ? {} : { userId: decodeURIComponent(username), password: decodeURIComponent(password) }),
  };
}

function secure(socket: Socket, host: string, requestTls: ConnectionOptions, done: Parameters<Connect>[1]): void {
  const servername = requestTls.servername ?? (isIP(host) === 0 ? host : undefined);
  const secured = connectTls({ ...requestTls, host, socket, ...(servername === undefined ? {} : { servername }) });
  const fail = (error: Error): void => {
    done(error, null);
  };
  secured.once("error", fail);
  secured.once("secureConnect", () => {
    secured.off("error", fail);
    done(null, secured);
  });
}

/** The library's errors have what it was given beside their message, the proxy's password with it. */
function withoutOptions(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : String(error));
}
