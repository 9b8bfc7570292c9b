import { once } from "node:events";
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
  /** Who was let through since it began, one entry a tunnel: as it says of itself, or nothing. */
  readonly tunnels: string[];
  /** What was refused, with the reason. */
  readonly refused: string[];
  stop(): Promise<void>;
}

/** Joins the two, once the place has been reached. */
export function lead(socket: Socket, { to }: Passage, open: Set<Socket>, established: () => void): void {
  const onward = connect(to.port, to.host, () => {
    established();
    onward.pipe(socket).pipe(onward);
  });
  remember(open, onward);
  onward.on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

export function remember(open: Set<Socket>, socket: Socket): void {
  open.add(socket);
  socket.on("error", () => undefined);
  socket.on("close", () => open.delete(socket));
}

export async function listen(server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

export async function stop(server: Server, open: Set<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  server.close();
  await once(server, "close");
}
