import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

import { startBenchEtcd, type EtcdPlace } from "../bench-etcd.ts";
import { startCopyClock } from "../copy-clock.ts";
import { firstKeys, wholeSource, type KeySubset } from "../key-subset.ts";
import { compareBytes, type Bench } from "../measure-run.ts";
import { keysToMeasure, PILOT_KEYS, scaleSeconds, type PartialRun } from "../scaling.ts";
import { restoreCommand, toolCommand } from "../tool-commands.ts";
import { peakOf, startTool, ToolFailedError } from "../tool-process.ts";
import type { RestoreOptions } from "./restore-options.ts";
import type { RestoreRun } from "./restore-results.ts";

/** What is restored: the file, and the etcd that it is of, which the result is compared with. */
export interface Restorable {
  readonly snapshot: string;
  readonly sourcePort: number;
}

/** The engine with the file as its source, and the verification, in a process of its own. */
export async function measureOurs(
  bench: Bench,
  { snapshot, sourcePort }: Restorable,
  { keys, valueBytes }: RestoreOptions,
): Promise<RestoreRun> {
  const destination = await startBenchEtcd(bench.credentials);
  const subset = wholeSource(keys);
  try {
    const startedAt = performance.now();
    const tool = startTool(
      restoreCommand(bench.credentials, { snapshot, to: destination.port, prefix: subset.prefix }),
    );
    const seconds = ((await tool.done) - startedAt) / 1000;
    const maxRssMiB = tool.peakMebibytes();
    await tool.stop();
    const task = { from: sourcePort, to: destination.port, prefix: subset.prefix };
    await compareBytes(bench, task, { tool: "ours-copy-verify", keys, valueBytes, rttMs: 0 }, subset);
    return { restorer: "ours", seconds, parts: {}, maxRssMiB, measuredKeys: keys };
  } finally {
    await destination.stop();
  }
}

/** As etcd's documentation has it: a data directory is made of the file, an etcd started on it, and its keys mirrored. */
export async function measureEtcdctl(
  bench: Bench,
  { snapshot, sourcePort }: Restorable,
  options: RestoreOptions,
): Promise<RestoreRun> {
  const { keys } = options;
  let restore: FinishedProcess | undefined;
  const beganAt = performance.now();
  const seed = await startBenchEtcd(bench.credentials, {
    prepare: async (place) => {
      restore = await finished(restoreWithEtcdctl(snapshot, place));
    },
  });
  try {
    const servesAfter = (performance.now() - beganAt) / 1000;
    const restoreSeconds = restore?.seconds ?? 0;
    const pilot = await mirror(bench, seed.port, sourcePort, options, firstKeys(PILOT_KEYS));
    const subset = keysToMeasure(keys, pilot, options.slowSeconds);
    const run = await mirror(bench, seed.port, sourcePort, options, subset);
    const mirrorSeconds = subset.keys < keys ? scaleSeconds(run, keys) : run.seconds;
    return {
      restorer: "etcdctl",
      seconds: servesAfter + mirrorSeconds,
      parts: { restore: restoreSeconds, start: servesAfter - restoreSeconds, "make-mirror": mirrorSeconds },
      maxRssMiB: Math.max(restore?.peakMebibytes ?? 0, run.maxRssMiB, seed.peakMebibytes()),
      measuredKeys: subset.keys,
    };
  } finally {
    await seed.stop();
  }
}

async function mirror(
  bench: Bench,
  from: number,
  sourcePort: number,
  { keys, valueBytes }: RestoreOptions,
  subset: KeySubset,
): Promise<PartialRun & { readonly maxRssMiB: number }> {
  const destination = await startBenchEtcd(bench.credentials);
  try {
    const clock = await startCopyClock(destination.port, bench.credentials, subset);
    const task = { from, to: destination.port, prefix: subset.prefix };
    const startedAt = performance.now();
    const tool = startTool(toolCommand("make-mirror", bench.peers, bench.credentials, task));
    // make-mirror never says that it is done: the last key tells, or its end that it failed.
    const stoppedAt = await Promise.race([clock.stopped, tool.done]);
    const maxRssMiB = tool.peakMebibytes();
    const firstKeyAt = await clock.firstKeyAt;
    await tool.stop();
    await clock.close();
    const cell = { tool: "make-mirror" as const, keys, valueBytes, rttMs: 0 };
    await compareBytes(bench, { ...task, from: sourcePort }, cell, subset);
    const seconds = (stoppedAt - startedAt) / 1000;
    return { keys: subset.keys, seconds, firstKeySeconds: (firstKeyAt - startedAt) / 1000, maxRssMiB };
  } finally {
    await destination.stop();
  }
}

function restoreWithEtcdctl(snapshot: string, { dataDirectory, peerUrl, name }: EtcdPlace): readonly string[] {
  return [
    ...["etcdctl", "snapshot", "restore", snapshot, `--data-dir=${dataDirectory}`, `--name=${name}`],
    ...[`--initial-cluster=${name}=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`],
  ];
}

interface FinishedProcess {
  readonly seconds: number;
  readonly peakMebibytes: number;
}

const lookEveryMilliseconds = 10;

/** Runs a program to its end; its memory is looked at while it lives. */
async function finished([program = "", ...words]: readonly string[]): Promise<FinishedProcess> {
  const startedAt = performance.now();
  const child = spawn(program, words, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ETCDCTL_API: "3" },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2_000)));
  let peakMebibytes = 0;
  const look = (): void => {
    try {
      peakMebibytes = Math.max(peakMebibytes, peakOf(readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8")));
    } catch {
      // It has ended.
    }
  };
  const looking = setInterval(look, lookEveryMilliseconds);
  const [code] = (await once(child, "close").finally(() => {
    clearInterval(looking);
  })) as [number | null];
  if (code !== 0) throw new ToolFailedError(program, `with ${String(code)}`, said);
  return { seconds: (performance.now() - startedAt) / 1000, peakMebibytes };
}
