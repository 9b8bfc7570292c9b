import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";

export interface DelayProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Lengthens the way to a local port by a round trip, half of it in each direction: the kernels of many machines, CI's
 * among them, lack netem. What it costs in CPU is the same for all tools.
 */
export async function startDelayProxy(peers: string, port: number, roundTripMs: number): Promise<DelayProxy> {
  const proxy = spawn(
    join(peers, "delay-proxy"),
    [`-to=127.0.0.1:${port}`, `-one-way=${Math.round(roundTripMs * 500)}us`],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const exited = once(proxy, "exit");
  const [line] = (await Promise.race([
    once(createInterface({ input: proxy.stdout }), "line"),
    exited.then(() => Promise.reject(new Error("the delay proxy ended as soon as it was started"))),
  ])) as [string];
  return {
    port: Number(line),
    async stop() {
      proxy.kill("SIGKILL");
      await exited;
    },
  };
}
