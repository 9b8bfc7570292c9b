import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import {
  forwardLocalPort,
  type ConnectOnward,
  type PortForward,
} from "../../../../migration/kubernetes/connections/forward-local-port.ts";

describe("a forwarded port", () => {
  const forwards: PortForward[] = [];

  async function open(onward: ConnectOnward): Promise<PortForward> {
    const forward = await forwardLocalPort(onward);
    forwards.push(forward);
    return forward;
  }

  afterEach(async () => {
    for (const forward of forwards.splice(0)) await forward.close();
  });

  it("carries bytes both ways, for several connections at once", async () => {
    const forward = await open(echo);
    const sockets = [await dial(forward), await dial(forward)];
    const answers = sockets.map(async (socket, index) => {
      socket.write(`hello ${index}`);
      const [data] = (await once(socket, "data")) as [Buffer];
      return data.toString();
    });
    assert.deepEqual(await Promise.all(answers), ["hello 0", "hello 1"]);
  });

  it("loses nothing that was sent before the other half stood", async () => {
    const forward = await open(async (socket, fail) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return echo(socket, fail);
    });
    const socket = await dial(forward);
    socket.write("early");
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.equal(data.toString(), "early");
  });

  it("ends a connection that can't be made, keeps the reason, and serves the next", async () => {
    let attempts = 0;
    const forward = await open((socket, fail) => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error("no such pod")) : echo(socket, fail);
    });
    assert.equal(forward.lastFailure(), undefined);
    await once(await dial(forward), "close");
    assert.equal(forward.lastFailure(), "no such pod");

    const socket = await dial(forward);
    socket.write("hello");
    const [data] = (await once(socket, "data")) as [Buffer];
    assert.equal(data.toString(), "hello");
  });

  it("ends a connection that fails later and keeps the reason", async () => {
    let failLater: (reason: string) => void = () => undefined;
    const forward = await open((socket, fail) => {
      failLater = fail;
      return echo(socket, fail);
    });
    const socket = await dial(forward);
    socket.write("hello");
    await once(socket, "data");
    failLater("pod a: connection refused");
    await once(socket, "close");
    assert.equal(forward.lastFailure(), "pod a: connection refused");
  });

  it("describes what a WebSocket throws, which is no Error", async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const forward = await open(() => Promise.reject({ message: "Unexpected server response: 403" }));
    await once(await dial(forward), "close");
    assert.equal(forward.lastFailure(), "Unexpected server response: 403");
    assert.deepEqual(forward.lastError?.(), { message: "Unexpected server response: 403" });
  });

  it("closes the other half when the client goes away", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const forward = await open(async (socket, fail) => {
      await echo(socket, fail);
      return {
        close: () => {
          resolve(undefined);
        },
      };
    });
    const socket = await dial(forward);
    socket.write("hello");
    await once(socket, "data");
    socket.destroy();
    await closed;
  });

  it("ends every connection when it is closed, and can be closed twice", async () => {
    const forward = await open(echo);
    const socket = await dial(forward);
    const ended = once(socket, "close");
    await forward.close();
    await forward.close();
    await ended;
    await assert.rejects(dial(forward), { code: "ECONNREFUSED" });
  });

  it("survives a client that resets its connection", async () => {
    const forward = await open(echo);
    const socket = await dial(forward);
    socket.resetAndDestroy();
    const next = await dial(forward);
    next.write("still there");
    const [data] = (await once(next, "data")) as [Buffer];
    assert.equal(data.toString(), "still there");
  });
});

const echo: ConnectOnward = (socket) => {
  socket.on("data", (data) => socket.write(data));
  return Promise.resolve({ close: () => undefined });
};

async function dial(forward: PortForward): Promise<Socket> {
  const socket = connect(forward.port, forward.host);
  await once(socket, "connect");
  socket.on("error", () => undefined);
  return socket;
}
