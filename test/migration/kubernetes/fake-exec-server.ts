import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connectToCluster, type ClusterClient } from "../../../migration/kubernetes/cluster-client.ts";
import { kubeconfigFor } from "./fake-kubernetes.ts";

/** One command's connection, as the API server's end of it. */
export interface FakeCommand {
  /** Of the request, with its query. */
  readonly url: URL;
  readonly socket: Socket;
  /** @returns false while what was sent before is not yet taken */
  send(channel: number, content: Buffer | string): boolean;
  close(): void;
}

export interface FakeExecServer {
  readonly cluster: ClusterClient;
  serve: (command: FakeCommand) => void;
  /** Answers with this status in place of a connection. */
  refuseWith: number | undefined;
  stop(): Promise<void>;
}

/** A Kubernetes API that runs commands in pods, and nothing else. */
export async function startFakeExecServer(): Promise<FakeExecServer> {
  const server: Server = createServer();
  const sockets = new Set<Socket>();
  server.on("upgrade", (request, raw) => {
    const socket = raw as Socket;
    sockets.add(socket);
    socket.on("error", () => undefined).resume();
    socket.on("end", () => socket.destroy());
    if (fake.refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${fake.refuseWith} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    const head = [
      "HTTP/1.1 101 Switching Protocols",
      ...["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`],
      "Sec-WebSocket-Protocol: v4.channel.k8s.io",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    fake.serve({
      url: new URL(request.url ?? "/", "http://fake"),
      socket,
      send: (channel, content) => socket.write(frame(2, Buffer.concat([Buffer.from([channel]), Buffer.from(content)]))),
      close: () => {
        socket.end(frame(8, Buffer.from([3, 232])));
      },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeExecServer = {
    cluster: connectToCluster({ kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`) }),
    serve: () => undefined,
    refuseWith: undefined,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

function frame(opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return payload.length < 126
    ? Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload])
    : payload.length < 65_536
      ? Buffer.concat([Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]), payload])
      : Buffer.concat([head, payload]);
}

export const success = JSON.stringify({ status: "Success" });

export function failure(exitCode: number): string {
  const causes = [{ reason: "ExitCode", message: String(exitCode) }];
  return JSON.stringify({ status: "Failure", reason: "NonZeroExitCode", details: { causes } });
}
