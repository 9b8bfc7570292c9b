import { createServer, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { lead, listen, remember, stop, type Passage, type Proxy } from "./passage.ts";

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
