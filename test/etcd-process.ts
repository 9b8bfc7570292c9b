import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Etcd3 } from "etcd3";
import { connectEtcd, type EtcdStore } from "../migration/etcd/etcd-store.ts";
import type { EtcdTarget, EtcdTls, MemberAddress } from "../migration/etcd/etcd-target.ts";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "./certificate-authority.ts";

export const SERVER_NAME = "etcd.test";

export interface EtcdProcess {
  readonly pid: number;
  readonly port: number;
  readonly dataDirectory: string;
  readonly tls: Required<EtcdTls>;
  /** `port` and `tls`, to connect to. */
  readonly target: EtcdTarget;
  /** etcd3 as it is, to write what a KeyValueStore cannot: overwrites, deletions, leases. */
  readonly client: Etcd3;
  readonly store: EtcdStore;
  stop(): Promise<void>;
}

export interface EtcdProcessOptions {
  /** Signs the server's certificate and the client's that `tls` carries; made for the occasion when absent. */
  readonly authority?: CertificateAuthority;
  readonly serverCertificate?: IssuedCertificate;
  /** The CA file that the server trusts for its clients, when it is another one. */
  readonly trustedClientAuthorityFile?: string;
  readonly extraArguments?: readonly string[];
  /** The program itself. @default "etcd", as the machine has it */
  readonly program?: string;
  /** A snapshot's file that `etcdctl snapshot restore` makes its first data of. */
  readonly restoredFrom?: string;
  /** What does that for it, such as the path of an etcdutl. @default "etcdctl", as the machine has it */
  readonly restorer?: string;
  /** The address that it takes clients at; the server's certificate is then to be for it. @default "127.0.0.1" */
  readonly host?: string;
}

/** A single-member etcd over mTLS on loopback ports of its own, its data in a temporary directory. */
export async function startEtcd(options: EtcdProcessOptions = {}): Promise<EtcdProcess> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      // Between asking for a free port and using it another program may have taken it.
      if (attempt === MOST_ATTEMPTS || !String(error).includes("address already in use")) throw error;
    }
  }
}

const MOST_ATTEMPTS = 5;

async function startOnFreePorts(options: EtcdProcessOptions): Promise<EtcdProcess> {
  const authority = options.authority ?? (await createAuthority());
  const server = options.serverCertificate ?? (await issueServerCertificate(authority));
  const client = await authority.issue({ commonName: "etcd-client", usages: ["clientAuth"] });
  const directory = await mkdtemp(join(tmpdir(), "etcd-process-"));
  const { host = "127.0.0.1" } = options;
  const port = await freePort();
  const url = `https://${host}:${port}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  if (options.restoredFrom !== undefined) {
    const { restorer = "etcdctl", restoredFrom } = options;
    await restoreSnapshot(restorer, restoredFrom, `${directory}/data`, peerUrl);
  }
  const etcd = spawn(
    options.program ?? "etcd",
    [
      ...["--name=test", `--data-dir=${directory}/data`, `--initial-cluster=test=${peerUrl}`],
      ...[`--listen-client-urls=${url}`, `--advertise-client-urls=${url}`],
      ...[`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`],
      ...[`--cert-file=${server.certificateFile}`, `--key-file=${server.privateKeyFile}`, "--client-cert-auth"],
      `--trusted-ca-file=${options.trustedClientAuthorityFile ?? authority.certificateFile}`,
      ...(options.extraArguments ?? []),
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const exited = once(etcd, "exit");
  // A test that fails before it stops its etcds must not leave them behind.
  const killWithParent = () => etcd.kill("SIGKILL");
  process.once("exit", killWithParent);
  const removeFiles = async () => {
    await rm(directory, { recursive: true, force: true });
    if (options.authority === undefined) {
      await authority.remove();
    }
  };
  try {
    await untilServing(etcd);
  } catch (error) {
    await removeFiles();
    throw error;
  }
  const address = { host, port };
  const tls = {
    certificateAuthority: authority.certificate,
    certificate: client.certificate,
    privateKey: client.privateKey,
    serverName: options.host ?? SERVER_NAME,
  };
  const target = { addresses: [address], tls };
  const store = connectEtcd(target);
  const etcd3 = connectPlainClient(address, tls);
  return {
    pid: etcd.pid ?? 0,
    port,
    dataDirectory: `${directory}/data`,
    tls,
    target,
    client: etcd3,
    store,
    async stop() {
      store.close();
      etcd3.close();
      etcd.kill("SIGCONT");
      etcd.kill("SIGKILL");
      await exited;
      process.off("exit", killWithParent);
      await removeFiles();
    },
  };
}

async function restoreSnapshot(restorer: string, file: string, directory: string, peerUrl: string): Promise<void> {
  const words = ["snapshot", "restore", file, `--data-dir=${directory}`, "--name=test"];
  const cluster = [`--initial-cluster=test=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`];
  await promisify(execFile)(restorer, [...words, ...cluster], { env: { ...process.env, ETCDCTL_API: "3" } });
}

export function issueServerCertificate(authority: CertificateAuthority, validDays = 2): Promise<IssuedCertificate> {
  const alternativeNames = [`DNS:${SERVER_NAME}`, "IP:127.0.0.1"];
  return authority.issue({ commonName: "etcd-server", alternativeNames, validDays });
}

/** A loopback port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function connectPlainClient({ host, port }: MemberAddress, tls: Required<EtcdTls>): Etcd3 {
  return new Etcd3({
    hosts: `https://${host}:${port}`,
    credentials: {
      rootCertificate: tls.certificateAuthority,
      privateKey: tls.privateKey,
      certChain: tls.certificate,
    },
    grpcOptions: { "grpc.ssl_target_name_override": tls.serverName },
  });
}

async function untilServing(etcd: ChildProcess): Promise<void> {
  if (etcd.stderr === null) {
    throw new Error("etcd was started without a pipe for its log");
  }
  const lastLines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  // The reader goes on after this function: a full pipe would block etcd.
  createInterface({ input: etcd.stderr }).on("line", (line) => {
    lastLines.splice(0, lastLines.length - 9, line);
    if (/serving (?:insecure )?client (?:requests|traffic)/.test(line)) {
      resolve(undefined);
    }
  });
  etcd.once("error", reject);
  etcd.once("exit", () => {
    reject(new Error(`etcd ended before it served:\n${lastLines.join("\n")}`));
  });
  await promise;
}
