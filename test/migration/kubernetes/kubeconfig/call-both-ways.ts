import { once } from "node:events";
import { connect } from "node:net";
import type { ClusterClient } from "../../../../migration/kubernetes/cluster-client.ts";
import { openPortForward } from "../../../../migration/kubernetes/port-forward.ts";

/** A plain call and a WebSocket, which go different ways to the same server. */
export async function callBothWays(client: ClusterClient): Promise<void> {
  await client.requestJson({ method: "GET", path: "/version" });
  await openWebSocket(client);
}

/** @returns why it was not opened: a server that only notes what it is asked never does. */
export async function openWebSocket(client: ClusterClient): Promise<string | undefined> {
  const forward = await openPortForward(client, { namespace: "n", choosePod: () => Promise.resolve("p"), port: 1 });
  const socket = connect(forward.port, forward.host);
  socket.on("error", () => undefined);
  await once(socket.resume(), "close");
  await forward.close();
  return forward.lastFailure();
}
