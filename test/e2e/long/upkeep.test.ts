import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connectToMember } from "../../../migration/connect/open-etcd-cluster.ts";
import { connectToCluster } from "../../../migration/kubernetes/cluster-client.ts";
import { kubeconfigPath } from "../../../sandbox/sandbox-paths.ts";
import { lostWrites } from "../day-two/acknowledged-writes.ts";
import { startClient } from "../day-two/watched-client.ts";
import { memberEtcdctlOf } from "../etcd-keys.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, podNames } from "../sandbox-cluster.ts";
import { tridentEtcd } from "../trident-etcd-command.ts";

const namespace = "e2e-upkeep";
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";
const operator = "etcd-operator";
const address = { namespace, etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };

const status = (...words: string[]) => tridentEtcd("status", "--namespace", namespace, ...words);

function quotaOf(mebibytes: number): string {
  return JSON.stringify({ env: [{ name: "ETCD_QUOTA_BACKEND_BYTES", value: String(mebibytes * 1024 ** 2) }] });
}

describe("the upkeep of a stack's etcd", () => {
  const cluster = connectSandbox();
  let stack: TestStack;

  before(async () => {
    await createNamespace(cluster, namespace);
    stack = await createTestStack(namespace, { namespace, etcdPod: quotaOf(16) });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("finds it well, in 15 lines of 80 columns and as one document", async () => {
    const { code, stdout, stderr } = await status();
    assert.equal(code, 0, stdout + stderr);
    const lines = stdout.trimEnd().split("\n");
    assert.ok(lines.length <= 15 && lines.every((line) => line.length <= 80), stdout);
    assert.match(
      stdout,
      /members +3 of 3 serve, 3 ready.*quota of 16\.0 MiB.*Trident +trident, serves from this etcd/s,
    );
    const document = JSON.parse((await status("--json")).stdout) as Record<string, unknown>;
    assert.deepEqual([document.level, document.exitCode, document.serving, document.alarms], ["well", 0, 3, []]);
    assert.equal(document.clusterId, document.recordedClusterId);
    const shown = new Set((document.certificates as { of: string }[]).map(({ of }) => of));
    assert.deepEqual([...shown].sort(), ["authority", "client", "peer", "server"]);
  });

  it("does not find well what is not there", async () => {
    const nothing = await tridentEtcd("status", "--namespace", "default");
    assert.equal(nothing.code, 7, nothing.stdout);
    assert.equal((await tridentEtcd("status", "--namespace", "no-such-namespace")).code, 1);
  });

  it("sees that it has come to its quota, and cures it without losing a key", async () => {
    await etcdctl("put", "/kept", "as it was");
    await assert.rejects(fill(), /its database has reached its quota/);
    const full = await status();
    assert.equal(full.code, 7, full.stdout);
    assert.match(full.stdout, /trouble +alarm NOSPACE/);
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /takes no writes: .*`npx trident-etcd alarm-disarm --namespace e2e-upkeep`/);
    const up = await stack.up();
    assert.deepEqual([up.succeeded, Object.keys(up.changes)], [true, ["same"]], up.printed);

    const cured = await tridentEtcd("alarm-disarm", "--namespace", namespace);
    assert.equal(cured.code, 0, cured.stdout + cured.stderr);
    assert.match(cured.stdout, /the alarm is disarmed, and it takes writes/);
    assert.equal(await etcdctl("get", "/kept", "--print-value-only"), "as it was\n");
    await etcdctl("put", "/after", "1");
    const well = await status();
    assert.equal(well.code, 0, well.stdout);
  });

  it("defragments its members one by one while a client reads and writes", async () => {
    const usual = await tridentEtcd("defragment", "--namespace", namespace);
    assert.match(usual.stdout, /0 of 3 were defragmented/);
    await withClient("/defragmented/", async () => {
      const { code, stdout, stderr } = await tridentEtcd("defragment", "--always", "--namespace", namespace);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /3 of 3 were defragmented/);
    });
  });

  it("warns of a member that is missing, and touches no other meanwhile", async () => {
    await scaleOperator(0);
    const [first = ""] = await members();
    await cluster.core.deleteNamespacedPod({ namespace, name: first, gracePeriodSeconds: 0 });
    await eventually("the member is gone", async () => (await members()).length === 2);
    const missing = await status();
    assert.equal(missing.code, 6, missing.stdout);
    assert.match(missing.stdout, /warning +2 of 3 members serve/);
    const refused = await tridentEtcd("defragment", "--always", "--namespace", namespace);
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, /Nothing is defragmented while a member is missing: 2 of 3 serve/);
    await scaleOperator(1);
    await eventually("the member is replaced", async () => (await status()).code === 0, 180);
  });

  it("replaces members that were made otherwise one by one while a client reads and writes, onto claims", async () => {
    const before = await members();
    await stack.configure({ namespace, etcdPod: quotaOf(32), etcdStorageSize: "1Gi" });
    const preview = await stack.preview();
    assert.match(preview.printed, /This run replaces 3 members of the etcd, one by one, the leader last/);
    assert.match(preview.printed, /ETCD_QUOTA_BACKEND_BYTES, its data in its pod/);
    await withClient("/replaced/", async () => {
      const up = await stack.up();
      assert.ok(up.succeeded, up.printed);
    });
    const now = await members();
    assert.equal(now.length, 3);
    assert.deepEqual(
      now.filter((member) => before.includes(member)),
      [],
    );
    assert.deepEqual(await claims(), now);
    assert.equal(await etcdctl("get", "/kept", "--print-value-only"), "as it was\n");
    assert.match((await status()).stdout, /quota of 32\.0 MiB/);
    const again = await stack.up();
    assert.deepEqual([again.succeeded, Object.keys(again.changes)], [true, ["same"]], again.printed);
  });

  it("leaves no claim behind once it is destroyed, with a last snapshot", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    await eventually("the claims are gone", async () => (await claims()).length === 0);
    assert.equal((await status()).code, 7);
  });

  /** What it wrote and was acknowledged for is there afterwards, and nothing was read that was not written. */
  async function withClient(prefix: string, perform: () => Promise<void>): Promise<void> {
    const place = { namespace, service: "trident-etcd-client", secret: address.clientSecret, prefix };
    const client = await startClient(cluster, place);
    try {
      await perform();
      await client.writesAgain();
    } finally {
      const { acknowledged, wrongReads, longestGapMilliseconds } = await client.stop();
      console.log(`${prefix}: ${acknowledged.length} writes acknowledged, longest gap ${longestGapMilliseconds} ms`);
      const [pod = ""] = await members();
      assert.deepEqual(await lostWrites(cluster, { namespace, pod }, prefix, acknowledged), []);
      assert.equal(wrongReads, 0);
    }
  }

  /** With what is deleted again, so that only the history holds it. */
  async function fill(): Promise<void> {
    const etcd = await connectToMember(connectToCluster({ kubeconfig: kubeconfigPath }), address);
    const [key, value] = [Buffer.from("/filler"), Buffer.alloc(1024 ** 2, "v")];
    try {
      for (let count = 0; count < 40; count += 1) {
        const put = await etcd.createAll([{ key, value }]);
        assert.ok(put.created);
        await etcd.deleteUnchanged([{ key, modRevision: put.revision }]);
      }
    } finally {
      await etcd.close();
    }
  }

  async function scaleOperator(replicas: number): Promise<void> {
    await cluster.apps.replaceNamespacedDeploymentScale({
      ...{ namespace, name: operator },
      body: { metadata: { namespace, name: operator }, spec: { replicas } },
    });
    await eventually("the operator is as many", async () => {
      return (await podNames(cluster, namespace, `name=${operator}`)).length === replicas;
    });
  }

  async function etcdctl(...words: readonly string[]): Promise<string> {
    const [member = ""] = await members();
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  }

  async function members(): Promise<string[]> {
    return (await podNames(cluster, namespace, memberSelector)).sort();
  }

  async function claims(): Promise<string[]> {
    const { items } = await cluster.core.listNamespacedPersistentVolumeClaim({ namespace });
    return items.map(({ metadata }) => metadata?.name ?? "").sort();
  }
});
