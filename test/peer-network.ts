import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * Stands between the members of an etcd cluster and can cut one of them off from the others, in both directions; its
 * clients still reach it. The members have to talk without TLS: who dials is told from what etcd says in a header.
 */
export class PeerNetwork {
  readonly #servers: Server[] = [];
  readonly #links = new Set<PeerLink>();
  #cutOff: Peer | undefined;

  /** As startCluster takes it. */
  readonly proxy = async (port: number): Promise<number> => {
    const server = createServer({ noDelay: true }, (dialling) => {
      this.#accept(dialling, port);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port: proxyPort } = server.address() as AddressInfo;
    this.#servers.push(server);
    this.#ports.set(proxyPort, port);
    return proxyPort;
  };
  readonly #ports = new Map<number, number>();

  /** Until `heal`, or until another one is cut off. */
  cutOff(peer: { readonly id: string; readonly peerUrl: string }): void {
    const port = this.#ports.get(Number(new URL(peer.peerUrl).port));
    if (port === undefined) {
      throw new Error(`${peer.peerUrl} is not reached by way of this network`);
    }
    this.#cutOff = { id: peer.id, port };
    for (const link of this.#links) this.#resetIfCutOff(link);
  }

  heal(): void {
    this.#cutOff = undefined;
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.reset();
    await Promise.all(
      this.#servers.map(async (server) => {
        server.close();
        await once(server, "close");
      }),
    );
  }

  #accept(dialling: Socket, port: number): void {
    const link = new PeerLink(dialling, port);
    this.#links.add(link);
    dialling.once("close", () => this.#links.delete(link));
    // A connection is one member's: what its first request says holds for all.
    dialling.once("data", (request: Buffer) => {
      link.from = /^X-Server-From: (\w+)\r$/im.exec(request.toString("latin1"))?.[1];
      if (!this.#resetIfCutOff(link)) {
        link.open(request);
      }
    });
  }

  #resetIfCutOff(link: PeerLink): boolean {
    const isCutOff = this.#cutOff !== undefined && (link.to === this.#cutOff.port || link.from === this.#cutOff.id);
    if (isCutOff) {
      link.reset();
    }
    return isCutOff;
  }
}

interface Peer {
  /** As etcd writes it: hexadecimal. */
  readonly id: string;
  /** The port that it listens on itself. */
  readonly port: number;
}

class PeerLink {
  readonly to: number;
  from: string | undefined;
  readonly #dialling: Socket;
  #dialled: Socket | undefined;

  constructor(dialling: Socket, to: number) {
    this.#dialling = dialling;
    this.to = to;
    dialling.on("error", () => {
      this.reset();
    });
  }

  open(request: Buffer): void {
    const dialled = connect({ host: "127.0.0.1", port: this.to, noDelay: true });
    this.#dialled = dialled;
    dialled.on("error", () => {
      this.reset();
    });
    dialled.once("close", () => this.#dialling.destroy());
    this.#dialling.once("close", () => dialled.destroy());
    dialled.write(request);
    this.#dialling.pipe(dialled);
    dialled.pipe(this.#dialling);
  }

  reset(): void {
    this.#dialling.destroy();
    this.#dialled?.destroy();
  }
}
