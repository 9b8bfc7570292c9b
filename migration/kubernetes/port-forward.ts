import { Writable } from "node:stream";
import { PortForward as PodPortForward } from "@kubernetes/client-node";
import type { ClusterClient } from "./cluster-client.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { PortForwardRefusedError } from "./errors.ts";
import { forwardLocalPort, type ForwardedConnection, type PortForward } from "./connections/forward-local-port.ts";
import type { Socket } from "node:net";

export type { PortForward } from "./connections/forward-local-port.ts";

export interface PortForwardTarget {
  readonly namespace: string;
  /** Called for each connection, so that a later one reaches a pod that lives then. */
  readonly choosePod: () => Promise<string>;
  /** The port in the pod's network namespace: it may be bound to the pod's loopback only. */
  readonly port: number;
}

/** A local port that leads into a pod, through the API server: what `kubectl port-forward` does. */
export async function openPortForward(cluster: ClusterClient, target: PortForwardTarget): Promise<PortForward> {
  return forwardLocalPort(async (socket, fail) => {
    const pod = await target.choosePod();
    return connectToPod(cluster, { namespace: target.namespace, pod, port: target.port }, socket, fail);
  });
}

/** What is used of a WebSocket here; its own types are not installed with client-node. */
interface WebSocketLike {
  onclose: (() => void) | null;
  terminate(): void;
}

async function connectToPod(
  cluster: ClusterClient,
  target: { namespace: string; pod: string; port: number },
  socket: Socket,
  fail: (reason: string) => void,
): Promise<ForwardedConnection> {
  const webSocket = await openWebSocket(cluster, target, socket, fail);
  webSocket.onclose = () => {
    socket.end();
  };
  return {
    close: () => {
      webSocket.terminate();
    },
  };
}

async function openWebSocket(
  cluster: ClusterClient,
  { namespace, pod, port }: { namespace: string; pod: string; port: number },
  socket: Socket,
  fail: (reason: string) => void,
): Promise<WebSocketLike> {
  const forward = new PodPortForward(cluster.configuration);
  try {
    const [output, failures] = [intoSocket(socket), failuresOf(pod, fail)];
    return (await forward.portForward(namespace, pod, [port], output, failures, socket)) as WebSocketLike;
  } catch (error) {
    throw asRaised(error, namespace, pod, cluster.proxy);
  }
}

/** The WebSocket's library tells the API server's status in its words alone. */
export function asRaised(error: unknown, namespace: string, pod: string, proxy?: string): Error {
  const reason = describeFailure(error);
  if (/server response: 403\b/.test(reason)) return new PortForwardRefusedError(namespace, pod, { cause: error });
  const way = proxy === undefined ? "" : `through the proxy ${proxy}: `;
  return new Error(`pod ${pod}: ${way}${reason}`, { cause: error });
}

// Not the socket itself: bytes may still come in after it is closed, and a write to it would raise an error then. There
// is no way to slow the API server down, but etcd's HTTP/2 windows bound what is under way.
function intoSocket(socket: Socket): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (socket.writable) socket.write(chunk);
      done();
    },
  });
}

// The kubelet writes there why it can't reach the port, such as `connection refused`.
function failuresOf(pod: string, fail: (reason: string) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const reason = chunk.toString("utf8").trim();
      if (reason !== "") fail(`pod ${pod}: ${reason}`);
      done();
    },
  });
}
