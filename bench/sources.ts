import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { startBenchEtcd, type BenchCredentials, type BenchEtcd } from "./bench-etcd.ts";
import { caseName, describeContents, type Contents } from "./cases.ts";
import { peerTls } from "./tool-commands.ts";

/** The sources of a benchmark: each is seeded once, when it is first needed, and serves all runs that read it. */
export class Sources {
  readonly #peers: string;
  readonly #credentials: BenchCredentials;
  readonly #report: (line: string) => void;
  readonly #running = new Map<string, BenchEtcd>();

  constructor(peers: string, credentials: BenchCredentials, report: (line: string) => void) {
    this.#peers = peers;
    this.#credentials = credentials;
    this.#report = report;
  }

  /** The port of an etcd that holds the contents. */
  async portOf(contents: Contents): Promise<number> {
    const name = caseName(contents);
    const running = this.#running.get(name);
    if (running !== undefined) return running.port;
    this.#report(`seeding ${describeContents(contents)}`);
    const etcd = await startBenchEtcd(this.#credentials);
    this.#running.set(name, etcd);
    const what = [`-to=127.0.0.1:${etcd.port}`, `-keys=${contents.keys}`, `-value-bytes=${contents.valueBytes}`];
    await promisify(execFile)(join(this.#peers, "fill"), [...what, ...peerTls(this.#credentials)]);
    return etcd.port;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((etcd) => etcd.stop()));
    this.#running.clear();
  }
}
