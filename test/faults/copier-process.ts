import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { ClusterTarget } from "../etcd-cluster.ts";
import type { FirstPass } from "./second-pass.ts";

export interface CopierJob {
  readonly source: ClusterTarget;
  readonly destination: ClusterTarget;
  readonly prefix: Buffer;
  /** Carry over only what changed since this pass; the whole prefix when absent. */
  readonly first?: FirstPass;
}

export interface CopierSuccess {
  readonly success: true;
  readonly keys: number;
  readonly bytes: number;
  readonly sourceRevision: bigint;
  readonly destinationRevision: bigint;
}

export interface CopierFailure {
  readonly success: false;
  /** The names of the error's class and its causes' classes. */
  readonly errors: readonly string[];
  readonly message: string;
}

export type CopierAnswer = CopierSuccess | CopierFailure;

export type RunOutcome = CopierAnswer | "killed" | "hung";

/** Copies in a process of its own, which a SIGKILL ends for real; a spare one stands by for the rerun. */
export class Copier {
  #current: ChildProcess = startChild();
  #spare: ChildProcess = startChild();

  async run(job: CopierJob, mostMilliseconds: number): Promise<RunOutcome> {
    const child = this.#current;
    const { promise, resolve } = Promise.withResolvers<RunOutcome>();
    const timer = setTimeout(() => {
      resolve("hung");
      this.kill();
    }, mostMilliseconds);
    const onMessage = (answer: CopierAnswer) => {
      resolve(answer);
    };
    const onExit = () => {
      resolve("killed");
    };
    child.once("message", onMessage).once("exit", onExit);
    child.send(job, () => undefined);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
    }
  }

  /** SIGKILL, whatever it is doing; the next run is another process's. */
  kill(): void {
    this.#current.kill("SIGKILL");
    this.#current = this.#spare;
    this.#spare = startChild();
  }

  async stop(): Promise<void> {
    await Promise.all(
      [this.#current, this.#spare].map(async (child) => {
        if (child.exitCode === null && child.signalCode === null) {
          const exited = once(child, "exit");
          child.kill("SIGKILL");
          await exited;
        }
      }),
    );
  }
}

function startChild(): ChildProcess {
  return fork(path.join(import.meta.dirname, "copier.ts"), { serialization: "advanced" });
}
