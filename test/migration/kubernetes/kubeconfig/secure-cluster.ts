import { once } from "node:events";
import { createServer as createProxy, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { createServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { createAuthority, type CertificateAuthority } from "../../../certificate-authority.ts";

/** An API server over TLS that answers everything with an empty object, ends each WebSocket, and remembers what it was sent. */
export interface SecureCluster {
  /** In its certificate as `cluster.example`, too: a name that only a proxy leads to. */
  readonly port: number;
  readonly authority: CertificateAuthority;
  /** Of each request, WebSockets among them: names and values as they came, those that repeat themselves, too. */
  readonly received: Received[];
  stop(): Promise<void>;
}

export interface Received {
  readonly method: string;
  readonly isWebSocket: boolean;
  readonly headers: IncomingHttpHeaders;
  /** All values of one header. */
  values(name: string): string[];
}

export async function startSecureCluster(): Promise<SecureCluster> {
  const authority = await createAuthority();
  const issued = await authority.issue({
    commonName: "cluster",
    alternativeNames: ["IP:127.0.0.1", "DNS:cluster.example"],
    usages: ["serverAuth"],
  });
  const received: Received[] = [];
  const server = createServer({ cert: issued.certificate, key: issued.privateKey }, (request, response) => {
    received.push(describeRequest(request, false));
    response.setHeader("content-type", "application/json").end("{}");
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    received.push(describeRequest(request, true));
    socket.end("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    authority,
    received,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await authority.remove();
    },
  };
}

function describeRequest(request: IncomingMessage, isWebSocket: boolean): Received {
  const { rawHeaders } = request;
  return {
    method: request.method ?? "",
    isWebSocket,
    headers: request.headers,
    values: (name) => rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name),
  };
}

/** A proxy that leads every name to one port of this machine. */
export interface NamingProxy {
  readonly url: string;
  /** The places that it was asked to lead to, with what it was told of who asks. */
  readonly asked: { readonly place: string; readonly authorization: string | undefined }[];
  stop(): Promise<void>;
}

export async function startNamingProxy(port: number, status = "200 Connection established"): Promise<NamingProxy> {
  const asked: NamingProxy["asked"] = [];
  const sockets = new Set<Socket>();
  const server = createProxy();
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    asked.push({ place: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    sockets.add(socket);
    socket.on("error", () => undefined);
    if (!status.startsWith("200")) {
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(port, "127.0.0.1", () => {
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => undefined);
    sockets.add(onward);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
