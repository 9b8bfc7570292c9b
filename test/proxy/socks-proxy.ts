import { createServer, type Socket } from "node:net";
import { lead, listen, remember, stop, type Passage, type Proxy } from "./passage.ts";

const [noPassword, withPassword] = [0, 2];

/**
 * A SOCKS 5 proxy on the loopback (RFC 1928) that looks names up at its end, and takes nothing but the passage's name: without a
 * password, as `ssh -D` is one, or with one (RFC 1929) for user `somebody`.
 */
export async function startSocksProxy(passage: Passage, password?: string): Promise<Proxy> {
  const tunnels: string[] = [];
  const refused: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    remember(open, socket);
    void serve(socket);
  });

  async function serve(socket: Socket): Promise<void> {
    const methods = (await message(socket)).subarray(2);
    const method = password === undefined ? noPassword : withPassword;
    socket.write(Buffer.from([5, methods.includes(method) ? method : 0xff]));
    if (password !== undefined) {
      const isRight = (await message(socket)).equals(credentials("somebody", password));
      socket.write(Buffer.from([1, isRight ? 0 : 1]));
    }
    const place = requestedPlace(await message(socket));
    if (place === passage.from) {
      tunnels.push("");
      lead(socket, passage, open, () => socket.write(answer(0)));
    } else {
      refused.push(`${place}: not allowed by the rules`);
      socket.end(answer(2));
    }
  }

  const port = await listen(server);
  const user = password === undefined ? "" : `somebody:${password}@`;
  return { url: `socks5://${user}127.0.0.1:${port}`, tunnels, refused, stop: () => stop(server, open) };
}

/** On the loopback each comes as a whole. */
async function message(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => socket.once("data", resolve));
}

function credentials(user: string, password: string): Buffer {
  return Buffer.concat([
    Buffer.from([1, user.length]),
    Buffer.from(user),
    Buffer.from([password.length]),
    Buffer.from(password),
  ]);
}

/** `name:port` where a name was sent, else what kind of address it is. */
function requestedPlace(request: Buffer): string {
  const [kindOfName, kind = 0, length = 0] = [3, request[3], request[4]];
  if (kind !== kindOfName) return `an address of kind ${kind}`;
  return `${request.toString("latin1", 5, 5 + length)}:${request.readUInt16BE(5 + length)}`;
}

function answer(code: number): Buffer {
  return Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
}
