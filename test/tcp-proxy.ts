import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/**
 * - `drop-request`: what the client sends is thrown away, then the connection is reset
 * - `drop-reply`: the server gets it, its answer is thrown away, then the connection is reset
 * - `stall`: all connections, new ones too, stay open and carry nothing for a while; then what was held back goes on
 * - `reset`: the connection is reset, as by a killed process
 */
export type FaultKind = "drop-request" | "drop-reply" | "stall" | "reset";

export const FAULT_KINDS: readonly FaultKind[] = ["drop-request", "drop-reply", "stall", "reset"];

export interface Fault {
  readonly kind: FaultKind;
  /** Fires with the chunk that reaches one of these, counted over all connections from when the fault was armed. */
  readonly after:
    | { readonly chunksToServer: number }
    | { readonly bytesToServer: number }
    | { readonly bytesToClient: number };
  /** For `stall`; without it until `heal`. */
  readonly milliseconds?: number;
}

export interface TcpProxy {
  readonly host: "127.0.0.1";
  readonly port: number;
  arm(fault: Fault): void;
  /** Counts the faults that really happened: bytes were lost, held back, or a live connection was reset. */
  readonly fired: Readonly<Record<FaultKind, number>>;
  /** Ends a stall and disarms what has not fired. */
  heal(): void;
  /** Calls back once, when one of these is reached: the place to kill a process in the midst of something. */
  when(reached: Fault["after"], action: () => void): void;
  close(): Promise<void>;
}

/** How long after a lost request or reply the connection is reset: time for the server to do what it was asked. */
const RESET_AFTER_MILLISECONDS = 20;

/** A TCP proxy on loopback that does to a connection what a network can. It knows nothing of TLS or gRPC. */
export async function startTcpProxy(serverPort: number): Promise<TcpProxy> {
  const faults = new Faults();
  const links = new Set<Link>();
  const listener = createServer({ noDelay: true }, (client) => {
    const link = new Link(client, connect({ host: "127.0.0.1", port: serverPort, noDelay: true }), faults);
    links.add(link);
    client.once("close", () => links.delete(link));
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  faults.onStall = () => {
    for (const link of links) link.pause();
  };
  faults.onHeal = () => {
    for (const link of links) link.resume();
  };
  return {
    host: "127.0.0.1",
    port: (listener.address() as AddressInfo).port,
    arm: (fault) => {
      faults.arm(fault);
    },
    when: (after, action) => {
      faults.when(after, action);
    },
    fired: faults.fired,
    heal: () => {
      faults.heal();
    },
    async close() {
      faults.heal();
      for (const link of links) link.reset();
      listener.close();
      await once(listener, "close");
    },
  };
}

type Direction = "toServer" | "toClient";

/** What is armed, what has fired, and whether everything stands still. */
class Faults {
  readonly fired: Record<FaultKind, number> = { "drop-request": 0, "drop-reply": 0, stall: 0, reset: 0 };
  stalled = false;
  onStall: () => void = () => undefined;
  onHeal: () => void = () => undefined;
  #armed: Counter[] = [];
  #healing: NodeJS.Timeout | undefined;

  arm(fault: Fault): void {
    this.#armed.push(new Counter(fault.after, fault));
  }

  when(after: Fault["after"], action: () => void): void {
    this.#armed.push(new Counter(after, action));
  }

  /** Counts a chunk; the fault that it sets off, if any. */
  count(direction: Direction, bytes: number): Fault | undefined {
    for (const counter of this.#armed) {
      counter.add(direction, bytes);
    }
    const due = this.#armed.filter((counter) => counter.isDue);
    const fault = due.find(({ effect }) => typeof effect !== "function");
    for (const { effect } of due) {
      if (typeof effect === "function") {
        effect();
      }
    }
    // Two faults for one chunk: the second one takes the next.
    this.#armed = this.#armed.filter(
      (counter) => counter !== fault && !(counter.isDue && typeof counter.effect === "function"),
    );
    return typeof fault?.effect === "function" ? undefined : fault?.effect;
  }

  stall(milliseconds: number | undefined): void {
    this.fired.stall += 1;
    this.stalled = true;
    this.onStall();
    clearTimeout(this.#healing);
    if (milliseconds !== undefined) {
      this.#healing = setTimeout(() => {
        this.#resume();
      }, milliseconds);
    }
  }

  heal(): void {
    this.#armed = [];
    clearTimeout(this.#healing);
    this.#resume();
  }

  #resume(): void {
    if (this.stalled) {
      this.stalled = false;
      this.onHeal();
    }
  }
}

class Counter {
  readonly effect: Fault | (() => void);
  readonly #after: Fault["after"];
  #chunksToServer = 0;
  #bytesToServer = 0;
  #bytesToClient = 0;

  constructor(after: Fault["after"], effect: Fault | (() => void)) {
    this.#after = after;
    this.effect = effect;
  }

  add(direction: Direction, bytes: number): void {
    if (direction === "toClient") {
      this.#bytesToClient += bytes;
    } else {
      this.#chunksToServer += 1;
      this.#bytesToServer += bytes;
    }
  }

  get isDue(): boolean {
    if ("chunksToServer" in this.#after) {
      return this.#chunksToServer >= this.#after.chunksToServer;
    }
    return "bytesToServer" in this.#after
      ? this.#bytesToServer >= this.#after.bytesToServer
      : this.#bytesToClient >= this.#after.bytesToClient;
  }
}

/** One client's connection and the one to the server that belongs to it. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #faults: Faults;
  #losing: Direction | undefined;
  #lostSomething = false;

  constructor(client: Socket, server: Socket, faults: Faults) {
    this.#client = client;
    this.#server = server;
    this.#faults = faults;
    this.#carry("toServer", client, server);
    this.#carry("toClient", server, client);
    if (faults.stalled) {
      this.pause();
    }
  }

  pause(): void {
    this.#client.pause();
    this.#server.pause();
  }

  resume(): void {
    this.#client.resume();
    this.#server.resume();
  }

  reset(): void {
    for (const socket of [this.#client, this.#server]) {
      // Node never closes a socket that is reset while it ends.
      if (socket.writableEnded) {
        socket.destroy();
      } else {
        socket.resetAndDestroy();
      }
    }
  }

  #carry(direction: Direction, from: Socket, to: Socket): void {
    from.on("data", (data: Buffer) => {
      if (this.#losing === direction) {
        this.#lost(direction);
        return;
      }
      const fault = this.#faults.count(direction, data.length);
      if (fault === undefined || this.#passes(fault, direction)) {
        to.write(data);
      }
    });
    from.on("end", () => to.end());
    from.on("error", () => {
      this.reset();
    });
    from.on("close", () => {
      to.destroy();
    });
  }

  /** Sets the fault off; whether the chunk that did it goes on. */
  #passes(fault: Fault, direction: Direction): boolean {
    switch (fault.kind) {
      case "stall":
        this.#faults.stall(fault.milliseconds);
        return true;
      case "reset":
        this.#faults.fired.reset += 1;
        this.reset();
        return false;
      case "drop-request":
        this.#losing = "toServer";
        if (direction === "toServer") {
          this.#lost("toServer");
        }
        return direction !== "toServer";
      case "drop-reply":
        this.#losing = "toClient";
        if (direction === "toClient") {
          this.#lost("toClient");
        }
        return direction !== "toClient";
    }
  }

  #lost(direction: Direction): void {
    if (!this.#lostSomething) {
      this.#lostSomething = true;
      this.#faults.fired[direction === "toServer" ? "drop-request" : "drop-reply"] += 1;
      setTimeout(() => {
        this.reset();
      }, RESET_AFTER_MILLISECONDS);
    }
  }
}
