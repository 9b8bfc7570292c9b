import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { lostWrites } from "../day-two/acknowledged-writes.ts";
import { serviceTable, type ServiceRow } from "../day-two/service-table.ts";
import { startClient, type ClientReport } from "../day-two/watched-client.ts";
import { memberEtcdctlOf } from "../etcd-keys.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, podNames } from "../sandbox-cluster.ts";

const namespace = "e2e-day-two";
/** What a perform answers where nothing was said to be lost. */
const nothingSaid = "";
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";

describe("a client of the stack's etcd, which reads and writes throughout,", () => {
  const cluster = connectSandbox();
  const rows: ServiceRow[] = [];
  let stack: TestStack;
  let clients = 0;

  before(async () => {
    await createNamespace(cluster, namespace);
    stack = await createTestStack(namespace, { namespace, trident: "false" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    console.log(serviceTable(rows));
    const file = process.env.DAY_TWO_TABLE;
    if (file !== undefined) await writeFile(file, `${serviceTable(rows)}\n`);
  });

  it("loses nothing when the member that leads is killed", async () => {
    const row = await during("one member killed, the one that leads", async () => {
      await kill(await leader());
      await wellAgain();
      return nothingSaid;
    });
    assert.equal(row.lost, 0);
  });

  it("loses nothing when the etcd-operator is killed, and a member with it", async () => {
    const row = await during("the etcd-operator and a member killed", async () => {
      const [operator = ""] = await podNames(cluster, namespace, "name=etcd-operator");
      const [first = ""] = await members();
      await Promise.all([kill(operator), kill(first)]);
      await wellAgain();
      return nothingSaid;
    });
    assert.equal(row.lost, 0);
  });

  /** The client of an act writes keys of its own; it is stopped once what it wrote last was acknowledged after the act. */
  async function during(act: string, perform: () => Promise<string>): Promise<ServiceRow> {
    clients += 1;
    const prefix = `/client-${clients}/`;
    const service = "trident-etcd-client";
    const client = await startClient(cluster, { namespace, service, secret: "etcd-client-tls", prefix });
    let report: ClientReport;
    let said = "";
    try {
      said = await perform();
      await client.writesAgain();
    } finally {
      report = await client.stop();
    }
    const [pod = ""] = await members();
    const lost = await lostWrites(cluster, { namespace, pod }, prefix, report.acknowledged);
    const { longestGapMilliseconds, acknowledged } = report;
    const row = { act, longestGapMilliseconds, acknowledged: acknowledged.length, lost: lost.length, said };
    rows.push(row);
    return row;
  }

  async function wellAgain(): Promise<void> {
    await eventually(
      "three members are ready",
      async () => {
        const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: memberSelector });
        const ready = items.filter(
          ({ metadata, status }) =>
            metadata?.deletionTimestamp === undefined &&
            status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true,
        );
        return ready.length === 3 && items.length === 3;
      },
      300,
    );
  }

  async function leader(): Promise<string> {
    const [any = ""] = await members();
    const words = ["endpoint", "status", "--cluster", "--write-out=json"];
    const answers = JSON.parse(await memberEtcdctlOf(cluster.kubeconfig, namespace, any, words)) as {
      Endpoint: string;
      Status: { leader: number; header: { member_id: number } };
    }[];
    const leading = answers.find(({ Status: { leader: id, header } }) => id === header.member_id);
    return new URL(leading?.Endpoint ?? "https://none").hostname.split(".")[0] ?? "";
  }

  function members(): Promise<string[]> {
    return podNames(cluster, namespace, memberSelector);
  }

  /** As with `--force --grace-period 0`. */
  async function kill(name: string): Promise<void> {
    await cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
  }
});
