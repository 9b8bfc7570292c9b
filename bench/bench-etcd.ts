import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { CertificateAuthority, IssuedCertificate } from "../test/certificate-authority.ts";
import { freePort } from "../test/etcd-process.ts";

/** What every client and server of a benchmark shares: mutual TLS under one CA. */
export interface BenchCredentials {
  readonly authority: CertificateAuthority;
  readonly server: IssuedCertificate;
  readonly client: IssuedCertificate;
}

export interface BenchEtcd {
  /** On 127.0.0.1. */
  readonly port: number;
  stop(): Promise<void>;
}

/** The directory for the etcds' data lies in memory, where an fsync costs nothing. */
export class NoRealDiskError extends Error {
  override readonly name = "NoRealDiskError";
  constructor(directory: string) {
    super(`${directory} is no real disk, so fsync would cost nothing there: set TMPDIR to a directory on one`);
  }
}

/** Everything fits, and NOSPACE is no part of the benchmark. */
const QUOTA_BYTES = 8 * 1024 ** 3;

/** A single member with etcd's own defaults: each commit is synced to disk. Its data goes when it stops. */
export async function startBenchEtcd({ authority, server }: BenchCredentials): Promise<BenchEtcd> {
  const directory = await mkdtemp(join(tmpdir(), "copy-benchmark-"));
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const etcd = spawn(
    "etcd",
    [
      ...["--name=bench", `--data-dir=${directory}/data`, `--initial-cluster=bench=${peerUrl}`],
      ...[`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`],
      ...[`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`],
      ...[`--cert-file=${server.certificateFile}`, `--key-file=${server.privateKeyFile}`, "--client-cert-auth"],
      ...[`--trusted-ca-file=${authority.certificateFile}`, `--quota-backend-bytes=${QUOTA_BYTES}`],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const exited = once(etcd, "exit");
  const stop = async () => {
    etcd.kill("SIGKILL");
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilServing(etcd);
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @throws NoRealDiskError */
export async function requireRealDisk(): Promise<void> {
  const inMemory = [0x01021994, 0x858458f6]; // tmpfs and ramfs, from linux/magic.h
  const { type } = await statfs(tmpdir());
  if (inMemory.includes(type)) throw new NoRealDiskError(tmpdir());
}

async function untilServing(etcd: ChildProcess): Promise<void> {
  if (etcd.stderr === null) throw new TypeError("etcd was started without a pipe for its log");
  const lastLines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  // The reader goes on after this function: a full pipe would block etcd.
  createInterface({ input: etcd.stderr }).on("line", (line) => {
    lastLines.splice(0, lastLines.length - 9, line);
    if (line.includes("serving client requests")) resolve(undefined);
  });
  etcd.once("error", reject);
  etcd.once("exit", () => {
    reject(new Error(`etcd ended before it served:\n${lastLines.join("\n")}`));
  });
  await promise;
}
