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
  /** Takes a member's peer port and gives the one that the others are to reach it by; peers then talk without TLS. */
  readonly peerProxy?: (port: number) => Promise<number>;
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
  /** For a killed member: it starts again with the data of a snapshot in place of its own, as the member that it was. */
  replaceData(snapshot: string): Promise<void>;
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
  /** The same against this member alone. */
  readonly etcdctlAt: (member: ClusterMember, ...parameters: readonly string[]) => Promise<string>;
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
  const peerScheme = options.peerProxy === undefined ? "https" : "http";
  const ports = await Promise.all(
    Array.from({ length: size }, async () => {
      const peer = await freePort();
      return { client: await freePort(), peer, advertised: (await options.peerProxy?.(peer)) ?? peer };
    }),
  );
  const peerUrls = ports.map(({ advertised }) => `${peerScheme}://127.0.0.1:${advertised}`);
  const initialCluster = peerUrls.map((url, index) => `member-${index}=${url}`).join(",");
  const peerTls = [
    ...[`--peer-cert-file=${server.certificateFile}`, `--peer-key-file=${server.privateKeyFile}`],
    ...["--peer-client-cert-auth", `--peer-trusted-ca-file=${authority.certificateFile}`],
  ];
  const members = ports.map((port, index) => {
    // What a member is called, where its data is, and who the others are: the same for etcd and for a restore.
    const identity = [
      ...[`--name=member-${index}`, `--data-dir=${directory}/member-${index}`, `--initial-cluster=${initialCluster}`],
      `--initial-advertise-peer-urls=${peerUrls[index] ?? ""}`,
    ];
    return new Member(port.client, `${directory}/member-${index}`, identity, [
      `--listen-client-urls=https://127.0.0.1:${port.client}`,
      `--listen-peer-urls=${peerScheme}://127.0.0.1:${port.peer}`,
      `--advertise-client-urls=https://127.0.0.1:${port.client}`,
      ...[`--cert-file=${server.certificateFile}`, `--key-file=${server.privateKeyFile}`, "--client-cert-auth"],
      `--trusted-ca-file=${authority.certificateFile}`,
      ...(peerScheme === "https" ? peerTls : []),
      // A single member has nobody to wait for.
      ...(size === 1 ? ["--heartbeat-interval=10", "--election-timeout=100"] : []),
      ...(size > 1 ? ["--heartbeat-interval=50", "--election-timeout=500"] : []),
      ...extraArguments,
    ]);
  });
  const stop = async () => {
    await Promise.all(members.map((member) => member.kill()));
    await rm(directory, { recursive: true, force: true });
    leftBehind.directories.delete(directory);
    await authority.remove();
  };
  const runEtcdctl = async (at: readonly Address[], parameters: readonly string[]) => {
    const endpoints = at.map(({ port }) => `https://127.0.0.1:${port}`);
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
  const etcdctl: EtcdCluster["etcdctl"] = (...parameters) =>
    runEtcdctl(
      members.filter(({ runs }) => runs),
      parameters,
    );
  try {
    await Promise.all(snapshots.map(async (snapshot, index) => members[index]?.replaceData(snapshot)));
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
    etcdctlAt: (member, ...parameters) => runEtcdctl([member], parameters),
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
  readonly #directory: string;
  readonly #identity: readonly string[];
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;
  #paused = false;

  constructor(port: number, directory: string, identity: readonly string[], parameters: readonly string[]) {
    this.port = port;
    this.#directory = directory;
    this.#identity = identity;
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
    const etcd = spawn("etcd", [...this.#identity, ...this.#arguments], { stdio: ["ignore", "ignore", "pipe"] });
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

  async replaceData(snapshot: string): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
    await run("etcdctl", ["snapshot", "restore", snapshot, ...this.#identity], {
      env: { ...process.env, ETCDCTL_API: "3" },
    });
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
