/**
 * The second half of `make bench`: how long it takes to have the content of a snapshot in an etcd that serves, ours against etcdctl's way.
 * Settings come from the environment: QUICK=1, RESTORE_KEYS, RESTORE_ROUNDS, SLOW_SECONDS (see restore-options.ts).
 */
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

import { connectEtcd } from "../../migration/etcd/etcd-store.ts";
import { startProgress } from "../../sandbox/progress.ts";
import { createAuthority } from "../../test/certificate-authority.ts";
import { issueServerCertificate, SERVER_NAME } from "../../test/etcd-process.ts";
import { requireRealDisk, type BenchCredentials } from "../bench-etcd.ts";
import { buildPeers } from "../build-peers.ts";
import { endWith, interruptedBySignals } from "../interrupted-by-signals.ts";
import type { Bench } from "../measure-run.ts";
import { Sources } from "../sources.ts";
import { measureEtcdctl, measureOurs } from "./measure-restore.ts";
import { readRestoreOptions, type RestoreOptions } from "./restore-options.ts";
import { restoreRows, restoreTable, type RestoreRun } from "./restore-results.ts";

const report = startProgress();
const interruption = interruptedBySignals((signal) => {
  report(`${signal}: ending after the run that is under way`);
});
try {
  const options = readRestoreOptions(process.env);
  const runs = await benchmark(options);
  const rows = restoreRows(options, runs);
  console.log(`\n${restoreTable(rows)}\n`);
  if (interruption.aborted) process.exitCode = 1;
  else await publish(options, rows);
} catch (error) {
  endWith(error);
}

async function benchmark(options: RestoreOptions): Promise<RestoreRun[]> {
  await requireRealDisk();
  const peers = await buildPeers(report);
  const authority = await createAuthority("restore-benchmark-ca");
  const server = await issueServerCertificate(authority);
  const client = await authority.issue({ commonName: "restore-benchmark", usages: ["clientAuth"] });
  const credentials = { authority, server, client };
  const sources = new Sources(peers, credentials, report);
  const directory = await mkdtemp(join(tmpdir(), "restore-benchmark-"));
  const bench: Bench = { peers, credentials, signal: interruption };
  const runs: RestoreRun[] = [];
  try {
    const sourcePort = await sources.portOf(options);
    const snapshot = join(directory, "snapshot.db");
    await saveSnapshotOf(sourcePort, credentials, snapshot);
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const measure of [measureOurs, measureEtcdctl]) {
        if (interruption.aborted) return runs;
        const run = await measure(bench, { snapshot, sourcePort }, options);
        runs.push(run);
        report(`round ${round}: ${run.restorer}: ${run.seconds.toFixed(2)} s, ${Math.round(run.maxRssMiB)} MiB`);
      }
    }
    return runs;
  } finally {
    await sources.stop();
    await authority.remove();
    await rm(directory, { recursive: true, force: true });
  }
}

async function saveSnapshotOf(port: number, { authority, client }: BenchCredentials, path: string): Promise<void> {
  const { certificate, privateKey } = client;
  const tls = { certificateAuthority: authority.certificate, certificate, privateKey, serverName: SERVER_NAME };
  const store = connectEtcd({ addresses: [{ host: "127.0.0.1", port }], tls });
  try {
    await pipeline(store.snapshot(), createWriteStream(path));
  } finally {
    store.close();
  }
}

async function publish(options: RestoreOptions, rows: ReturnType<typeof restoreRows>): Promise<void> {
  const directory = join(import.meta.dirname, "../results");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${options.results}.json`), `${JSON.stringify({ rows }, undefined, 2)}\n`);
  report(`written: bench/results/${options.results}.json`);
}
