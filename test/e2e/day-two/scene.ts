import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { runInPod } from "../../../sandbox/pod-exec.ts";
import { kubeconfigPath, repositoryRoot } from "../../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf, parseKeys, valuesOf } from "../etcd-keys.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, podNames } from "../sandbox-cluster.ts";
import { lostWrites } from "./acknowledged-writes.ts";
import { serviceTable, type ServiceRow } from "./service-table.ts";
import { startClient, type ClientReport } from "./watched-client.ts";

const run = promisify(execFile);

const memberSelector = "app=etcd,etcd_cluster=trident-etcd";

/** What an act answers before which nothing was said to be lost. */
export const nothingSaid = "";

/** An etcd alone, made by this program, and what is done to it while a client reads and writes. */
export class DayTwoScene {
  readonly cluster = connectSandbox();
  readonly namespace: string;
  #stack: TestStack | undefined;
  readonly #rows: ServiceRow[] = [];

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  get stack(): TestStack {
    if (this.#stack === undefined) throw new Error("the scene is not set");
    return this.#stack;
  }

  async set(settings: Record<string, string>): Promise<void> {
    const { namespace } = this;
    await createNamespace(this.cluster, namespace);
    this.#stack = await createTestStack(namespace, { namespace, trident: "false", ...settings });
    const up = await this.stack.up();
    assert.ok(up.succeeded, up.printed);
  }

  /** Prints the table; with DAY_TWO_TABLE it is added to that file. */
  async strike(): Promise<void> {
    await this.#remove();
    const table = serviceTable(this.#rows);
    console.log(table);
    const file = process.env.DAY_TWO_TABLE;
    if (file !== undefined) await appendFile(file, `${table}\n\n`);
  }

  /**
   * The client of an act writes keys of its own; it is stopped once what it wrote after the act was acknowledged.
   *
   * @param perform answers what was said beforehand to be lost.
   */
  async during(act: string, perform: () => Promise<string>): Promise<ServiceRow> {
    const { cluster, namespace } = this;
    const prefix = `/client-${this.#rows.length + 1}/`;
    const service = "trident-etcd-client";
    const client = await startClient(cluster, { namespace, service, secret: "etcd-client-tls", prefix });
    let report: ClientReport;
    let said: string;
    try {
      said = await perform();
      await client.writesAgain();
    } finally {
      report = await client.stop();
    }
    const { longestGapMilliseconds, acknowledged } = report;
    const [pod = ""] = await this.members();
    const lost = (await lostWrites(cluster, { namespace, pod }, prefix, acknowledged)).length;
    const row = { act, longestGapMilliseconds, acknowledged: acknowledged.length, lost, said };
    this.#rows.push(row);
    return row;
  }

  /** On the user's word; answers what the plan said beforehand of what is lost. */
  async cureWith(source: string): Promise<string> {
    const { stack } = this;
    const blocked = await stack.up();
    assert.ok(!blocked.succeeded, blocked.printed);
    const [, lost = ""] = /pulumi config set abandonedEtcd (\d+)/.exec(blocked.printed) ?? [];
    assert.notEqual(lost, "", blocked.printed);
    await stack.configure({ abandonedEtcd: lost, restoreFrom: source });
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    for (const setting of ["abandonedEtcd", "restoreFrom"]) await stack.command(["config", "rm", setting]);
    return saidOfLoss(preview.printed);
  }

  /** Another stack with the same settings in a namespace of its own, which begins with the snapshot; answers every key that it has. */
  async clone(snapshot: string): Promise<Map<string, string>> {
    const clone = new DayTwoScene(`${this.namespace}-clone`);
    try {
      await clone.set({ restoreFrom: snapshot, etcdClusterSize: "1" });
      return valuesOf(parseKeys(await clone.etcdctl("get", "", "--prefix", "--write-out=json")));
    } finally {
      await clone.#remove();
    }
  }

  /** As an administrator would, with the project's own command; answers what it printed. */
  async command(...words: string[]): Promise<string> {
    const command = path.join(repositoryRoot, "migration/cli/trident-etcd.js");
    const flags = ["--namespace", this.namespace, "--kubeconfig", kubeconfigPath];
    const { stdout } = await run(process.execPath, [command, ...words, ...flags]);
    return stdout;
  }

  async saveSnapshot(): Promise<string> {
    const directory = path.join(this.stack.folder, "snapshots");
    const answer = await this.command("snapshot", "save", "--directory", directory, "--json");
    return (JSON.parse(answer) as { path: string }).path;
  }

  members(): Promise<string[]> {
    return podNames(this.cluster, this.namespace, memberSelector);
  }

  async leader(): Promise<string> {
    const words = ["endpoint", "status", "--cluster", "--write-out=json"];
    const answers = JSON.parse(await this.etcdctl(...words)) as {
      Endpoint: string;
      Status: { leader: number; header: { member_id: number } };
    }[];
    const leading = answers.find(({ Status: { leader, header } }) => leader === header.member_id);
    return new URL(leading?.Endpoint ?? "https://none").hostname.replace(/\..*/, "");
  }

  async etcdctl(...words: string[]): Promise<string> {
    const [any = ""] = await this.members();
    return memberEtcdctlOf(this.cluster.kubeconfig, this.namespace, any, words);
  }

  /** Writes one key anew so many times, each with a megabyte, or until the etcd takes no more. */
  async write(key: string, times: number): Promise<void> {
    const pod = (await this.members()).at(-1) ?? "";
    const files = "/etc/etcdtls/operator/etcd-tls/etcd-client";
    const put = `etcdctl --endpoints=https://localhost:2379 --cacert=${files}-ca.crt --cert=${files}.crt --key=${files}.key put ${key}`;
    const value = "v=x; while [ ${#v} -lt 1000000 ]; do v=$v$v; done";
    const loop = `n=0; while [ $n -lt ${times} ] && printf %s "$v" | ETCDCTL_API=3 ${put}; do n=$((n + 1)); done`;
    const outcome = await runInPod(this.cluster.kubeconfig, {
      ...{ namespace: this.namespace, pod, container: "etcd", command: ["/bin/sh", "-c", `${value}; ${loop}`] },
    });
    assert.ok(/^$|database space exceeded/.test(outcome.stderr), outcome.stderr);
  }

  /** As with `--force --grace-period 0`. */
  async kill(...names: string[]): Promise<void> {
    const { cluster, namespace } = this;
    await Promise.all(
      names.map((name) => cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 })),
    );
    await eventually("they are gone", async () => !(await this.members()).some((name) => names.includes(name)));
  }

  async operator(): Promise<string> {
    return (await podNames(this.cluster, this.namespace, "name=etcd-operator"))[0] ?? "";
  }

  /** Resolves once three members are ready, and no pod of another is left. */
  async wellAgain(): Promise<void> {
    const areReady = async (): Promise<boolean> => {
      const items = await this.#memberPods();
      const ready = items.filter(({ status }) =>
        status?.conditions?.some((each) => each.type === "Ready" && each.status === "True"),
      );
      return ready.length === 3 && items.length === 3;
    };
    await eventually("three members are ready", areReady, 300);
  }

  async allHaveEnded(): Promise<void> {
    await eventually("no member runs any more", async () => {
      return (await this.#memberPods()).every(({ status }) => status?.phase === "Failed");
    });
  }

  async #remove(): Promise<void> {
    await this.stack.destroy();
    await this.stack.forget();
    await deleteNamespace(this.cluster, this.namespace);
  }

  async #memberPods() {
    const { namespace } = this;
    return (await this.cluster.core.listNamespacedPod({ namespace, labelSelector: memberSelector })).items;
  }
}

/** What the plan says beforehand of what is lost, or of what it can't know. */
function saidOfLoss(printed: string): string {
  const said = [
    /What came after the snapshot is lost: [^:\n]*/,
    /It may lack [^(.\n]*/,
    /what came later is not known/,
    /How much was written after[^:\n]*/,
  ];
  return said.map((each) => each.exec(printed)?.[0].trim()).find((each) => each !== undefined) ?? nothingSaid;
}
