// A client that writes and reads until its standard input ends, run as a process of its own in the node's network.
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { PlainGrpc, type EtcdPlace } from "./plain-grpc.ts";

/** The first line of its standard input. */
export interface ClientOrder extends EtcdPlace {
  readonly prefix: string;
}

/** Each line of its standard output: what succeeded, when, and of a read whether it had the value that was acknowledged. */
export interface ClientLine {
  readonly did: "write" | "read";
  /** Milliseconds of the machine's clock since it was started, which no change of the time of day touches. */
  readonly at: number;
  readonly number: number;
  /** Of a read: whether it gave back what an earlier write was acknowledged for. */
  readonly held?: boolean;
}

const callMilliseconds = 1_000;
const pauseMilliseconds = 20;

/** Each key is written once: whatever is missing later was lost, and nothing was written over it. */
export function keyOf(prefix: string, number: number): string {
  return `${prefix}${number.toString().padStart(7, "0")}`;
}

if (import.meta.main) {
  const order = (await json(process.stdin)) as ClientOrder;
  let lastAcknowledged = 0;
  process.once("SIGTERM", () => process.exit(0));
  await Promise.all([
    repeat(order, "write", async (etcd, number) => {
      await etcd.put(keyOf(order.prefix, number), String(number));
      lastAcknowledged = number;
      return {};
    }),
    repeat(order, "read", async (etcd) => {
      const number = lastAcknowledged;
      if (number === 0) throw new Error("nothing was written yet");
      return { held: (await etcd.get(keyOf(order.prefix, number))) === String(number) };
    }),
  ]);
}

/** A connection that fails is closed, and another one opened, which may lead to another member. */
async function repeat(
  place: EtcdPlace,
  did: ClientLine["did"],
  act: (etcd: PlainGrpc, number: number) => Promise<Pick<ClientLine, "held">>,
): Promise<never> {
  let etcd: PlainGrpc | undefined;
  for (let number = 1; ; number += 1) {
    try {
      etcd ??= new PlainGrpc(place, callMilliseconds);
      const seen = await act(etcd, number);
      const line: ClientLine = { did, at: Math.round(performance.now()), number, ...seen };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    } catch {
      etcd?.close();
      etcd = undefined;
    }
    await sleep(pauseMilliseconds);
  }
}
