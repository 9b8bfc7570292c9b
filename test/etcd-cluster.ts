import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "./certificate-authority.ts";
import { issueServerCertificate, SERVER_NAME } from "./etcd-process.ts";

const run = promisify(execFile);

export interface ClusterOptions {
  /** Default 3. */
  readonly size?: number;
  readonly extraArguments?: readonly string[];
  /** A snapshot file for each member to begin with; etcd does not notice when they are not of one state. */
  readonly snapshots?: readonly string[];
}

export interface ClusterMember {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** Neither killed nor paused. */
  readonly runs: boolean;
  /** SIGKILL; done when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on its data; done when it serves, which takes a majority. */
  restart(): Promise<void>;
  /** SIGSTOP: its connections stay open and nobody answers. */
  pause(): void;
  resume(): void;
}

export interface EtcdCluster {
  readonly members: readonly ClusterMember[];
  readonly authority: CertificateAuthority;
  readonly clientCertificate: IssuedCertificate;
  /** As connectEtcd takes it, over mTLS; `addresses` puts proxies in front of the members. */
  target(addresses?: readonly Address[]): ClusterTarget;
  leader(): Promise<ClusterMember>;
  /** etcdctl against the members themselves; answers its standard output. */
  readonly etcdctl: (...parameters: readonly string[]) => Promise<string>;
  stop(): Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ClusterTarget {
  readonly addresses: readonly Address[];
  readonly tls: {
    readonly certificateAuthority: Buffer;
    readonly certificate: Buffer;
    readonly privateKey: Buffer;
    readonly serverName: string;
  };
}

/** Real etcd members on loopback, TLS between them and to clients, with short elections. */
export async function startCluster(options: ClusterOptions = {}): Promise<EtcdCluster> {
  const { size = 3, extraArguments = [], snapshots = [] } = options;
  const directory = await mkdtemp(join(tmpdir(), "etcd-cluster-"));
  leftBehind.directories.add(directory);
  const authority = await createAuthority();
  const server = await issueServerCertificate(authority);
  const client = await authority.issue({ commonName: "etcd-client", usages: ["clientAuth"] });
  const ports = await Promise.all(
    Array.from({ length: size }, async () => ({ client: await freePort(), peer: await freePort() })),
  );
  const initialCluster = ports.map(({ peer }, index) => `member-${index}=https://127.0.0.1:${peer}`).join(",");
  const members = ports.map(
    (port, index) =>
      new Member(port.client, [
        ...[`--name=member-${index}`, `--data-dir=${directory}/member-${index}`, `--initial-cluster=${initialCluster}`],
        ...[
          `--listen-client-urls=https://127.0.0.1:${port.client}`,
          `--listen-peer-urls=https://127.0.0.1:${port.peer}`,
        ],
        `--advertise-client-urls=https://127.0.0.1:${port.client}`,
        `--initial-advertise-peer-urls=https://127.0.0.1:${port.peer}`,
        ...[`--cert-file=${server.certificateFile}`, `--key-file=${server.privateKeyFile}`, "--client-cert-auth"],
        ...[`--peer-cert-file=${server.certificateFile}`, `--peer-key-file=${server.privateKeyFile}`],
        ...["--peer-client-cert-auth", `--peer-trusted-ca-file=${authority.certificateFile}`],
        `--trusted-ca-file=${authority.certificateFile}`,
        // A single member has nobody to wait for.
        ...(size === 1 ? ["--heartbeat-interval=10", "--election-timeout=100"] : []),
        ...(size > 1 ? ["--heartbeat-interval=50", "--election-timeout=500"] : []),
        ...extraArguments,
      ]),
  );
  const restore = async (snapshot: string, index: number) => {
    await run(
      "etcdctl",
      [
        ...["snapshot", "restore", snapshot, `--name=member-${index}`, `--data-dir=${directory}/member-${index}`],
        `--initial-cluster=${initialCluster}`,
        `--initial-advertise-peer-urls=https://127.0.0.1:${ports[index]?.peer ?? 0}`,
      ],
      { env: { ...process.env, ETCDCTL_API: "3" } },
    );
  };
  const stop = async () => {
    await Promise.all(members.map((member) => member.kill()));
    await rm(directory, { recursive: true, force: true });
    leftBehind.directories.delete(directory);
    await authority.remove();
  };
  const etcdctl = async (...parameters: readonly string[]) => {
    const endpoints = members.filter(({ runs }) => runs).map(({ port }) => `https://127.0.0.1:${port}`);
    const { stdout } = await run(
      "etcdctl",
      [
        ...[`--endpoints=${endpoints.join(",")}`, `--cacert=${authority.certificateFile}`, "--command-timeout=15s"],
        ...[`--cert=${client.certificateFile}`, `--key=${client.privateKeyFile}`, ...parameters],
      ],
      { env: { ...process.env, ETCDCTL_API: "3" }, maxBuffer: 1024 * 1024 * 1024 },
    );
    return stdout;
  };
  try {
    await Promise.all(snapshots.map(restore));
    await Promise.all(members.map((member) => member.restart()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    members,
    authority,
    clientCertificate: client,
    target: (addresses = members) => ({
      addresses: addresses.map(({ host, port }) => ({ host, port })),
      tls: {
        certificateAuthority: authority.certificate,
        certificate: client.certificate,
        privateKey: client.privateKey,
        serverName: SERVER_NAME,
      },
    }),
    leader: () => findLeader(members, etcdctl),
    etcdctl,
    stop,
  };
}

/** What a test that breaks off without `stop` would leave on the machine. */
const leftBehind = { processes: new Set<ChildProcess>(), directories: new Set<string>() };
process.once("exit", () => {
  for (const etcd of leftBehind.processes) etcd.kill("SIGKILL");
  for (const directory of leftBehind.directories) rmSync(directory, { recursive: true, force: true });
});

class Member implements ClusterMember {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;
  #paused = false;

  constructor(port: number, parameters: readonly string[]) {
    this.port = port;
    this.#arguments = parameters;
  }

  get runs(): boolean {
    return this.#process !== undefined && !this.#paused;
  }

  async kill(): Promise<void> {
    const killed = this.#process;
    this.#process = undefined;
    this.#paused = false;
    if (killed?.exitCode === null && killed.signalCode === null) {
      const exited = once(killed, "exit");
      killed.kill("SIGKILL");
      await exited;
    }
  }

  async restart(): Promise<void> {
    const etcd = spawn("etcd", this.#arguments, { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = etcd;
    leftBehind.processes.add(etcd);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    let log = "";
    etcd.stderr.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-4_000);
      if (log.includes("serving client requests") || log.includes("serving insecure client requests")) {
        resolve(undefined);
      }
    });
    etcd.once("error", reject);
    etcd.once("exit", () => {
      leftBehind.processes.delete(etcd);
      // Killed while it started: whoever did that restarts it.
      if (this.#process !== etcd) {
        resolve(undefined);
      }
      reject(new Error(`etcd ended before it served:\n${log}`));
    });
    await promise;
  }

  pause(): void {
    this.#paused = this.#process?.kill("SIGSTOP") ?? false;
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
    this.#paused = false;
  }
}

interface EndpointStatus {
  readonly Endpoint: string;
  readonly Status: { readonly leader: number; readonly header: { readonly member_id: number } };
}

async function findLeader(members: readonly Member[], etcdctl: EtcdCluster["etcdctl"]): Promise<ClusterMember> {
  for (;;) {
    const statuses = JSON.parse(await etcdctl("endpoint", "status", "-w", "json")) as EndpointStatus[];
    // Ids above 2^53 lose digits here, the same ones on both sides.
    const leading = statuses.find(({ Status }) => Status.leader === Status.header.member_id);
    const leader = members.find(({ port }) => leading?.Endpoint.endsWith(`:${port}`));
    if (leader !== undefined) {
      return leader;
    }
    await sleep(50);
  }
}

/** Below the ports that the system hands to clients: one of those could take a killed member's port before it is back. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch {
      continue;
    }
    server.close();
    await once(server, "close");
    return port;
  }
}
