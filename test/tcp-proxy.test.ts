import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

let server: Server;
let proxy: TcpProxy;
const received: string[] = [];
before(async () => {
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (data: Buffer) => {
      received.push(data.toString());
      socket.write(`answer to ${data.toString()}`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await startTcpProxy((server.address() as AddressInfo).port);
});
after(async () => {
  await proxy.close();
  server.close();
});

test("carries both directions, and a fault that is not reached does not fire", async () => {
  proxy.arm({ kind: "reset", after: { bytesToServer: 1_000 } });
  const client = await dial();
  client.write("hello");
  assert.equal(await nextData(client), "answer to hello");
  client.destroy();
  proxy.heal();
  assert.equal(proxy.fired.reset, 0);
});

test("a dropped request does not reach the server, and the connection is reset", async () => {
  proxy.arm({ kind: "drop-request", after: { chunksToServer: 1 } });
  const client = await dial();
  client.write("lost request");
  await closed(client);
  assert(!received.includes("lost request"));
  assert.equal(proxy.fired["drop-request"], 1);
});

test("a dropped reply is one to a request that the server got", async () => {
  proxy.arm({ kind: "drop-reply", after: { chunksToServer: 1 } });
  const client = await dial();
  let answered = false;
  client.on("data", () => (answered = true));
  client.write("lost reply");
  await closed(client);
  assert(received.includes("lost reply"));
  assert.equal(answered, false);
  assert.equal(proxy.fired["drop-reply"], 1);
});

test("a stall holds everything back, on new connections too, until it is healed", async () => {
  proxy.arm({ kind: "stall", after: { chunksToServer: 1 } });
  const [client, other] = [await dial(), await dial()];
  client.write("one");
  const answers = Promise.all([nextData(client), nextData(other)]);
  other.write("other");
  const first = await Promise.race([answers, new Promise((resolve) => setTimeout(resolve, 200, "nothing"))]);
  assert.equal(first, "nothing");
  proxy.heal();
  assert.deepEqual(await answers, ["answer to one", "answer to other"]);
  client.destroy();
  other.destroy();
});

async function dial(): Promise<Socket> {
  const client = connect({ host: proxy.host, port: proxy.port });
  client.on("error", () => undefined);
  await once(client, "connect");
  return client;
}

async function nextData(client: Socket): Promise<string> {
  const [data] = (await once(client, "data")) as [Buffer];
  return data.toString();
}

async function closed(client: Socket): Promise<void> {
  if (!client.destroyed) {
    await new Promise((resolve) => client.once("close", resolve));
  }
}
