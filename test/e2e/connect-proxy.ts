import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Server, type Socket } from "node:net";

/** One way through: from a name and port, which nothing else leads to, to a place. */
export interface Passage {
  /** As `api.invalid:6443`. */
  readonly from: string;
  readonly to: { readonly host: string; readonly port: number };
}

export interface Proxy {
  /** With user and password, where it asks for them. */
  readonly url: string;
  /** Who was let through since it began, one entry a tunnel: as Go's library and client-node say of themselves, or nothing. */
  readonly tunnels: string[];
  /** What was refused, with the reason. */
  readonly refused: string[];
  stop(): Promise<void>;
}

/** A proxy for HTTP's CONNECT on the loopback that asks for a password. */
export async function startConnectProxy(passage: Passage, password: string): Promise<Proxy> {
  const user = "somebody";
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const tunnels: string[] = [];
  const refused: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    refused.push(`${request.method ?? ""} ${request.url ?? ""}: only CONNECT is known here`);
    response.writeHead(405).end();
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    remember(open, socket);
    const refuse = (status: string): void => {
      refused.push(`CONNECT ${request.url ?? ""}: ${status}`);
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
    };
    if (request.headers["proxy-authorization"] !== expected) {
      refuse("407 Proxy Authentication Required");
    } else if (request.url !== passage.from) {
      refuse("403 Forbidden");
    } else {
      tunnels.push(request.headers["user-agent"] ?? "");
      lead(socket, passage, open, () => socket.write("HTTP/1.1 200 Connection established\r\n\r\n"));
    }
  });
  const port = await listen(server);
  return {
    url: `http://${user}:${password}@127.0.0.1:${port}`,
    tunnels,
    refused,
    stop: () => stop(server, open),
  };
}

function lead(socket: Socket, { to }: Passage, open: Set<Socket>, established: () => void): void {
  const onward = connect(to.port, to.host, () => {
    established();
    onward.pipe(socket).pipe(onward);
  });
  remember(open, onward);
  onward.on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

function remember(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => open.delete(socket));
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server, open: Set<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  server.close();
  await once(server, "close");
}
