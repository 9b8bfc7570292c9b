import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { network } from "../../../sandbox/sandbox-paths.ts";
import type { SandboxCluster } from "../sandbox-cluster.ts";
import type { ClientLine, ClientOrder } from "./client-process.ts";

/** What a client saw of its etcd while something was done to it. */
export interface ClientReport {
  /** The numbers of the writes that were acknowledged. */
  readonly acknowledged: readonly number[];
  readonly reads: number;
  /** Reads that did not give back what had been acknowledged. */
  readonly wrongReads: number;
  /** The longest time without a success, of writes or of reads, from the first to the last of each. */
  readonly longestGapMilliseconds: number;
}

export interface WatchedClient {
  /** Resolves when a write that began after this call was acknowledged. */
  writesAgain(): Promise<void>;
  stop(): Promise<ClientReport>;
}

/** A client of the stack's own etcd that reads and writes until it is stopped, from the node, by the Service's address. */
export async function startClient(
  { core }: SandboxCluster,
  place: { readonly namespace: string; readonly service: string; readonly secret: string; readonly prefix: string },
): Promise<WatchedClient> {
  const { namespace, service, secret, prefix } = place;
  const { spec } = await core.readNamespacedService({ namespace, name: service });
  const { data = {} } = await core.readNamespacedSecret({ namespace, name: secret });
  const file = (name: string): string => Buffer.from(data[name] ?? "", "base64").toString("utf8");
  const order: ClientOrder = {
    ...{ host: spec?.clusterIP ?? "", port: 2379, serverName: `${service}.${namespace}.svc`, prefix },
    ...{ ca: file("etcd-client-ca.crt"), cert: file("etcd-client.crt"), key: file("etcd-client.key") },
  };
  const program = [process.execPath, path.join(import.meta.dirname, "client-process.ts")];
  const child = spawn("ip", ["netns", "exec", network.namespace, ...program], { stdio: ["pipe", "pipe", "inherit"] });
  const closed = once(child, "close");
  child.stdin.end(JSON.stringify(order));
  const lines: ClientLine[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line) as ClientLine));
  const client: WatchedClient = {
    writesAgain: async () => {
      // The next one may have begun before.
      const wanted = lines.filter(isWrite).length + 2;
      const deadline = Date.now() + 600_000;
      while (lines.filter(isWrite).length < wanted) {
        if (Date.now() > deadline || child.exitCode !== null)
          throw new Error("the client's writes are not acknowledged");
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    stop: async () => {
      child.kill("SIGTERM");
      await closed;
      return reportOf(lines);
    },
  };
  await client.writesAgain();
  return client;
}

export function reportOf(lines: readonly ClientLine[]): ClientReport {
  const writes = lines.filter(isWrite);
  const reads = lines.filter((line) => !isWrite(line));
  return {
    acknowledged: writes.map(({ number }) => number),
    reads: reads.length,
    wrongReads: reads.filter(({ held }) => held === false).length,
    longestGapMilliseconds: Math.max(longestGap(writes), longestGap(reads)),
  };
}

function isWrite({ did }: ClientLine): boolean {
  return did === "write";
}

function longestGap(lines: readonly ClientLine[]): number {
  return lines.reduce((longest, { at }, index) => Math.max(longest, at - (lines[index - 1]?.at ?? at)), 0);
}
