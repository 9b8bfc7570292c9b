import { KubernetesObjectApi } from "@kubernetes/client-node";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { kubeconfigPath, repositoryRoot } from "../../sandbox/sandbox-paths.ts";
import { pulumiEnvironment } from "../../sandbox/toolchain/pulumi-environment.ts";
import { legacyEtcdctl, memberEtcdctlOf, parseKeys, valuesOf } from "../e2e/etcd-keys.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually } from "../e2e/sandbox-cluster.ts";
import { Ledger } from "./ledger.ts";
import { seenObjects } from "./stack-objects-seen.ts";
import { runPulumi, startPulumi, type Run, type Started } from "./pulumi-commands.ts";

export type Mode = "installed" | "migrated" | "rolledBack";

const run = promisify(execFile);

/** Trident's namespace, the stack, its settings and its clients, and how to look at all of it without the project's own code. */
export class World {
  readonly cluster = connectSandbox();
  readonly ledger = new Ledger();
  readonly namespace: string;
  readonly settings: Record<string, string>;
  mode: Mode;
  /** What the next commands are started with besides: an act's own kubeconfig or backend. */
  extra: Record<string, string> = {};
  #environment: Record<string, string> = {};
  #folder = "";
  #written = 0;

  constructor(namespace: string, mode: "installed" | "migrated") {
    this.namespace = namespace;
    this.mode = mode;
    this.settings = { namespace, timeoutSeconds: "90", ...(mode === "migrated" ? { migrate: "true" } : {}) };
  }

  get folder(): string {
    return this.#folder;
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.#environment, ...this.extra };
  }

  get size(): number {
    return Number(this.settings.etcdClusterSize ?? 3);
  }

  async begin(): Promise<void> {
    if (this.mode === "migrated") {
      await installLegacyTrident(
        { kubeconfig: kubeconfigPath, namespace: this.namespace, volumes: 12, backendPassword: "never-to-be-printed" },
        () => undefined,
      );
    } else {
      await createNamespace(this.cluster, this.namespace);
    }
    this.#folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-world-"));
    await mkdir(path.join(this.#folder, "backend"));
    this.#environment = {
      ...(await pulumiEnvironment()),
      PULUMI_BACKEND_URL: `file://${this.#folder}/backend`,
      PULUMI_CONFIG_PASSPHRASE: "for this test only",
      KUBECONFIG: kubeconfigPath,
    };
    this.settings.snapshotDirectory = path.join(this.#folder, "snapshots");
    await this.initialize();
  }

  /** Makes the stack, with its settings, where the environment says. */
  async initialize(): Promise<void> {
    await this.mustRun(["stack", "init", this.stackName]);
    for (const [name, value] of Object.entries(this.settings)) await this.set(name, value);
  }

  async end(): Promise<void> {
    this.extra = {};
    await this.pulumi(["destroy", "--yes", "--skip-preview"]);
    await this.pulumi(["stack", "rm", "--yes", "--force", "--preserve-config"]);
    await rm(this.configFile, { force: true });
    await rm(this.#folder, { recursive: true, force: true });
    // What a takeover is told to write there.
    await rm(path.join(repositoryRoot, "running-certificates"), { recursive: true, force: true });
    await deleteNamespace(this.cluster, this.namespace);
    // Of a stack that no destroy has removed.
    const api = KubernetesObjectApi.makeApiClient(this.cluster.kubeconfig);
    for (const left of (await seenObjects(this.cluster.kubeconfig, this.namespace)).values()) await api.delete(left);
  }

  get stackName(): string {
    return this.namespace;
  }

  /** Pulumi keeps a stack's settings beside the program. */
  private get configFile(): string {
    return path.join(repositoryRoot, `Pulumi.${this.stackName}.yaml`);
  }

  async set(name: string, value: string): Promise<void> {
    this.settings[name] = value;
    await this.mustRun(["config", "set", "--plaintext", name, value, "--stack", this.stackName]);
  }

  async unset(name: string): Promise<void> {
    Reflect.deleteProperty(this.settings, name);
    await this.mustRun(["config", "rm", name, "--stack", this.stackName]);
  }

  pulumi(words: readonly string[]): Promise<Run> {
    return runPulumi([...words, "--stack", this.stackName], this.environment);
  }

  start(words: readonly string[]): Promise<Started> {
    return startPulumi([...words, "--stack", this.stackName], this.environment);
  }

  preview(): Promise<Run> {
    return this.pulumi(["preview"]);
  }

  up(): Promise<Run> {
    return this.pulumi(["up", "--yes", "--skip-preview"]);
  }

  private async mustRun(words: readonly string[]): Promise<void> {
    const { code, printed } = await runPulumi(words, this.environment);
    if (code !== 0) throw new Error(`pulumi ${words.join(" ")} failed:\n${printed}`);
  }

  /** A command of a message, as a user's shell runs it. */
  async shell(command: string): Promise<void> {
    await run("bash", ["-c", command], {
      cwd: repositoryRoot,
      env: { ...this.environment, KUBECONFIG: kubeconfigPath },
    });
  }

  /** Writes a key as Trident does, and notes it once the etcd has said that it is stored. */
  async write(): Promise<void> {
    this.#written += 1;
    const name = `w${this.#written}`;
    const value = JSON.stringify({ name });
    await this.etcdctl(["put", `/trident/v1/node/${name}`, value]);
    this.ledger.told(`/trident/v1/node/${name}`, value);
  }

  /** What the etcd that Trident has now holds. */
  async state(): Promise<Map<string, string>> {
    const values = valuesOf(parseKeys(await this.etcdctl(["get", "/trident/", "--prefix", "-w", "json"])));
    return new Map([...values].map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]));
  }

  async etcdctl(words: readonly string[]): Promise<string> {
    if (this.mode === "rolledBack") {
      const [pod = ""] = await this.runningPods("app=trident.netapp.io");
      return legacyEtcdctl(this.cluster.kubeconfig, this.namespace, pod, words);
    }
    for (let attempt = 1; ; attempt += 1) {
      const [pod = ""] = await this.runningPods(memberLabel);
      try {
        return await memberEtcdctlOf(this.cluster.kubeconfig, this.namespace, pod, words);
      } catch (error) {
        // It reads the Secret as the kubelet last brought it into the pod, which takes up to two minutes.
        if (attempt > 24 || !String(error).includes("failed to find any PEM data")) throw error;
        await sleep(5_000);
      }
    }
  }

  async members(): Promise<string[]> {
    return this.runningPods(memberLabel);
  }

  async runningPods(labelSelector: string): Promise<string[]> {
    const { items } = await this.cluster.core.listNamespacedPod({ namespace: this.namespace, labelSelector });
    return items
      .filter((pod) => pod.metadata?.deletionTimestamp === undefined && pod.status?.phase === "Running")
      .map((pod) => pod.metadata?.name ?? "");
  }

  /** Without grace: as when its node is lost. */
  async kill(pods: readonly string[]): Promise<void> {
    for (const name of pods) {
      await this.cluster.core.deleteNamespacedPod({ name, namespace: this.namespace, gracePeriodSeconds: 0 });
    }
    await eventually("the pods are gone", async () => {
      const left = await this.members();
      return pods.every((pod) => !left.includes(pod));
    });
  }

  /** A kubeconfig of the act's own, from that of the sandbox. */
  async kubeconfig(name: string, change: (text: string) => string): Promise<string> {
    const file = path.join(this.#folder, name);
    await writeFile(file, change(await readFile(kubeconfigPath, "utf8")), { mode: 0o600 });
    return file;
  }
}

export const memberLabel = "app=etcd,etcd_cluster=trident-etcd";
