import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { CertificateAuthority, IssuedCertificate } from "../test/certificate-authority.ts";
import { freePort } from "../test/etcd-process.ts";
import { peakOf } from "./tool-process.ts";

/** What every client and server of a benchmark shares: mutual TLS under one CA. */
export interface BenchCredentials {
  readonly authority: CertificateAuthority;
  readonly server: IssuedCertificate;
  readonly client: IssuedCertificate;
}

export interface BenchEtcd {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The most memory that was resident so far. */
  peakMebibytes(): number;
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

/** Where an etcd that is about to start keeps its data, and what it calls itself. */
export interface EtcdPlace {
  readonly dataDirectory: string;
  readonly name: string;
  readonly peerUrl: string;
}

export interface BenchEtcdOptions {
  /** Fills the data directory, which is not there yet. */
  readonly prepare?: (place: EtcdPlace) => Promise<void>;
}

const memberName = "bench";

/** A single member with etcd's own defaults: each commit is synced to disk. Its data goes when it stops. */
export async function startBenchEtcd(
  { authority, server }: BenchCredentials,
  { prepare }: BenchEtcdOptions = {},
): Promise<BenchEtcd> {
  const directory = await mkdtemp(join(tmpdir(), "copy-benchmark-"));
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const dataDirectory = join(directory, "data");
  await prepare?.({ dataDirectory, name: memberName, peerUrl }).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const etcd = spawn(
    "etcd",
    [
      ...[`--name=${memberName}`, `--data-dir=${dataDirectory}`, `--initial-cluster=${memberName}=${peerUrl}`],
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
    const peakMebibytes = () => peakOf(readFileSync(`/proc/${etcd.pid ?? 0}/status`, "utf8"));
    return { port, peakMebibytes, stop };
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
