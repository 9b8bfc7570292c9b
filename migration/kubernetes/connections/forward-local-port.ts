import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { describeFailure } from "../../wording/describe-failure.ts";

export interface PortForward {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Why the latest connection that failed did so; undefined while none has. */
  lastFailure(): string | undefined;
  /** The same as it was raised. */
  lastError?(): unknown;
  /** Ends every connection and stops listening. May be called twice. */
  close(): Promise<void>;
}

export interface ForwardedConnection {
  close(): void;
}

/**
 * Makes the other half of a connection: from then on bytes flow both ways between it and the socket. Calls `fail` for
 * an error that comes later.
 */
export type ConnectOnward = (socket: Socket, fail: (reason: string) => void) => Promise<ForwardedConnection>;

const connectTimeoutMilliseconds = 15_000;

/** Listens on a free port of the loopback. A connection that fails is ended and its reason kept; the others live on. */
export async function forwardLocalPort(connectOnward: ConnectOnward): Promise<PortForward> {
  const open = new Set<() => void>();
  let failure: { readonly reason: string; readonly error: unknown } | undefined;
  let closed = false;

  function accept(socket: Socket): void {
    let onward: ForwardedConnection | undefined;
    let ended = false;

    function end(): void {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      open.delete(end);
      socket.destroy();
      onward?.close();
    }
    function fail(reason: string, error: unknown = reason): void {
      if (!ended && !closed) failure = { reason, error };
      end();
    }
    const timer = setTimeout(() => {
      fail(`no connection within ${connectTimeoutMilliseconds / 1000} s`);
    }, connectTimeoutMilliseconds);

    open.add(end);
    socket.setNoDelay(true);
    socket.on("error", end);
    socket.on("close", end);
    connectOnward(socket, fail).then(
      (connection) => {
        clearTimeout(timer);
        onward = connection;
        if (ended) connection.close();
      },
      (error: unknown) => {
        fail(describeFailure(error), error);
      },
    );
  }

  const server = createServer(accept);
  const port = await listen(server);
  return {
    host: "127.0.0.1",
    port,
    lastFailure: () => failure?.reason,
    lastError: () => failure?.error,
    close: async () => {
      if (closed) return;
      closed = true;
      for (const end of [...open]) end();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}
