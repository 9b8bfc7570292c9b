import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { startBenchEtcd, type BenchCredentials } from "./bench-etcd.ts";
import { describeCell, type Cell } from "./cases.ts";
import { startDelayProxy } from "./delay-proxy.ts";
import type { KeySubset } from "./key-subset.ts";
import { startCopyClock, type CopyClock } from "./copy-clock.ts";
import { peerCommand, toolCommand, type CopyTask } from "./tool-commands.ts";
import { startTool, type ToolProcess } from "./tool-process.ts";

/** After a run, the destination did not hold what the source holds. */
export class BytesDifferError extends Error {
  override readonly name = "BytesDifferError";
  constructor(cell: Cell, difference: string) {
    super(`${describeCell(cell)}: ${difference}. The run scores nothing.`);
  }
}

export interface Bench {
  /** The directory of the programs of bench/peers. */
  readonly peers: string;
  readonly credentials: BenchCredentials;
  /** Ends the run that is under way. */
  readonly signal: AbortSignal;
}

export interface RunOutcome {
  readonly seconds: number;
  /** When the first key existed in the destination. */
  readonly firstKeySeconds: number;
  readonly maxRssMiB: number;
  /** How many of the seconds went by before the tool had loaded itself; undefined for a tool that does not tell. */
  readonly startSeconds: number | undefined;
}

/**
 * One run of one tool into a fresh destination, byte-checked. The clock runs from the start of the tool's process, so
 * that its own start counts, until the last key exists; for the tool that verifies, until it says it has.
 *
 * @throws BytesDifferError, ToolFailedError, the signal's reason
 */
export async function measureRun(bench: Bench, sourcePort: number, cell: Cell, subset: KeySubset): Promise<RunOutcome> {
  bench.signal.throwIfAborted();
  // Ended in the opposite order, whatever happens.
  const started: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(startedNow: T): T => {
    started.unshift(startedNow);
    return startedNow;
  };
  try {
    const destination = keep(await startBenchEtcd(bench.credentials));
    const direct = { from: sourcePort, to: destination.port, prefix: subset.prefix };
    const task = cell.rttMs === 0 ? direct : await lengthened(bench, direct, cell.rttMs, keep);
    const clock = await startCopyClock(destination.port, bench.credentials, subset);
    keep({ stop: () => clock.close() });
    const startedAt = performance.now();
    const tool = keep(startTool(toolCommand(cell.tool, bench.peers, bench.credentials, task)));
    const stoppedAt = await orAborted(endOf(cell, clock, tool), bench.signal);
    const maxRssMiB = tool.peakMebibytes();
    const loadedAt = tool.startedAt();
    await tool.stop();
    await compareBytes(bench, direct, cell, subset);
    return {
      seconds: (stoppedAt - startedAt) / 1000,
      firstKeySeconds: ((await clock.firstKeyAt) - startedAt) / 1000,
      maxRssMiB,
      startSeconds: loadedAt === undefined ? undefined : (loadedAt - startedAt) / 1000,
    };
  } finally {
    for (const each of started) await each.stop();
  }
}

async function lengthened(
  { peers }: Bench,
  { from, to, prefix }: CopyTask,
  rttMs: number,
  keep: <T extends { stop(): Promise<void> }>(started: T) => T,
): Promise<CopyTask> {
  const source = keep(await startDelayProxy(peers, from, rttMs));
  const destination = keep(await startDelayProxy(peers, to, rttMs));
  return { from: source.port, to: destination.port, prefix };
}

async function endOf(cell: Cell, clock: CopyClock, tool: ToolProcess): Promise<number> {
  // A tool that fails never gets to the last key; make-mirror never says that it is done.
  const failed = tool.done.then(() => clock.stopped);
  const lastKeyAt = await Promise.race([clock.stopped, failed]);
  if (cell.tool === "make-mirror") return lastKeyAt;
  const doneAt = await tool.done;
  return cell.tool === "ours-copy-verify" ? doneAt : lastKeyAt;
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => {
    aborted.reject(signal.reason as Error);
  };
  signal.addEventListener("abort", abort, { once: true });
  return Promise.race([promise, aborted.promise]).finally(() => {
    signal.removeEventListener("abort", abort);
  });
}

/** Past the proxies: the check is no part of what is measured. */
export async function compareBytes(
  { peers, credentials }: Bench,
  task: CopyTask,
  cell: Cell,
  subset: KeySubset,
): Promise<void> {
  const [program, ...args] = peerCommand(peers, "compare", credentials, task);
  const output = await promisify(execFile)(program, args).then(
    ({ stdout }) => stdout,
    (error: unknown) => {
      // Exit code 1 comes with a comparison that says what differs, any other with none.
      const { code, stdout } = error as { code?: unknown; stdout?: string };
      if (code === 1 && stdout !== undefined) return stdout;
      throw error;
    },
  );
  const { keys, difference } = JSON.parse(output) as { keys: number; difference?: string };
  if (difference !== undefined) throw new BytesDifferError(cell, difference);
  if (keys !== subset.keys) throw new BytesDifferError(cell, `${keys} keys instead of ${subset.keys}`);
}
