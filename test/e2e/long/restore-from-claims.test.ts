import assert from "node:assert/strict";
import { chmod, copyFile, readdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { installLegacyTrident } from "../../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../../sandbox/sandbox-paths.ts";
import { memberEtcdctlOf, parseKeys, valuesOf } from "../etcd-keys.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, eventually, podNames } from "../sandbox-cluster.ts";

const kubeconfig = kubeconfigPath;
const namespace = "e2e-restore-claims";
const membersSelector = "app=etcd,etcd_cluster=trident-etcd";

const cluster = connectSandbox();

describe("an etcd that is restored from claims", () => {
  let stack: TestStack;
  let lists: Awaited<ReturnType<typeof readTridentLists>>;

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 30, backendPassword: "not-printed" }, console.log);
    lists = await readTridentLists({ kubeconfig, namespace });
    stack = await createTestStack("e2e-restore-claims", { namespace, migrate: "true", etcdClusterSize: "1" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("has the old Trident's state again, as it was at the migration", async () => {
    await killMember(namespace);
    const blocked = await stack.preview();
    assert.match(blocked.printed, /pulumi config set restoreFrom legacyClaim/);
    await stack.configure({ restoreFrom: "legacyClaim", abandonedEtcd: await clusterId(namespace) });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(up.printed, /What was written since the migration is lost/);
    assert.deepEqual(await tridentLists(), lists);
    await isLeftAlone(stack);
  });

  it("has what the newest snapshot on the schedule's claim has", async () => {
    const kept = path.join(stack.folder, "snapshots");
    const name = (await readdir(kept)).sort().at(-1) ?? "";
    assert.match(name, /\.db$/);
    const volume = await claimOfSnapshots();
    for (const to of [name, "trident-etcd-other-2020-01-01T000000Z.db"]) {
      await copyFile(path.join(kept, name), path.join(volume, to));
      await chmod(path.join(volume, to), 0o644);
    }
    await killMember(namespace);
    await stack.configure({
      restoreFrom: "claim:newest",
      abandonedEtcd: await clusterId(namespace),
      snapshotDirectory: path.join(stack.folder, "fetched"),
    });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await readdir(path.join(stack.folder, "fetched")), [name]);
    assert.deepEqual(await tridentLists(), lists);
    await isLeftAlone(stack);
  });

  function tridentLists() {
    return readTridentLists({ kubeconfig, namespace });
  }

  /** Such a claim as the schedule has, and where its volume is on this machine. */
  async function claimOfSnapshots(): Promise<string> {
    const name = "trident-etcd-snapshots";
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    await cluster.core.createNamespacedPersistentVolumeClaim({ namespace, body: { metadata: { name }, spec } });
    let volume: string | undefined;
    await eventually("it is bound", async () => {
      const claim = await cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name });
      volume = claim.status?.phase === "Bound" ? claim.spec?.volumeName : undefined;
      return volume !== undefined;
    });
    const { spec: of } = await cluster.core.readPersistentVolume({ name: volume ?? "" });
    return of?.hostPath?.path ?? "";
  }
});

describe("an etcd alone, whose members keep their data on claims", () => {
  const ofMembers = "e2e-restore-members";
  let stack: TestStack;

  before(async () => {
    await createNamespace(cluster, ofMembers);
    const settings = { namespace: ofMembers, trident: "false", etcdClusterSize: "1", etcdStorageSize: "4Gi" };
    stack = await createTestStack("e2e-restore-members", settings);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, ofMembers);
  });

  it("has every key again that is on the claim of a member whose pod is gone", async () => {
    for (const key of ["/one", "/two", "/trident/three"]) await etcdctl("put", key, `value of ${key}`);
    const before = await values();
    // The record is to have seen that there were keys, and a commit follows a write within 100 ms.
    const again = await stack.up();
    assert.ok(again.succeeded, again.printed);
    await sleep(1_000);
    await killMember(ofMembers);
    const blocked = await stack.preview();
    assert.match(blocked.printed, /pulumi config set restoreFrom member {2}# what is on the members' claims/);
    await stack.configure({ restoreFrom: "member", abandonedEtcd: await clusterId(ofMembers) });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.match(up.printed, /has no checksum/);
    assert.deepEqual(await values(), before);
    await isLeftAlone(stack);
  });

  async function etcdctl(...words: string[]): Promise<string> {
    const [member = ""] = await podNames(cluster, ofMembers, membersSelector);
    return memberEtcdctlOf(cluster.kubeconfig, ofMembers, member, words);
  }

  async function values(): Promise<Map<string, string>> {
    return valuesOf(parseKeys(await etcdctl("get", "/", "--prefix", "--write-out=json")));
  }
});

async function clusterId(namespace: string): Promise<string> {
  const { data = {} } = await cluster.core.readNamespacedConfigMap({ namespace, name: "trident-etcd-migration" });
  return data.etcdClusterId ?? "";
}

async function killMember(namespace: string): Promise<void> {
  const [name = ""] = await podNames(cluster, namespace, membersSelector);
  await cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
  await eventually("it is gone", async () => (await podNames(cluster, namespace, membersSelector)).length === 0);
}

async function isLeftAlone(stack: TestStack): Promise<void> {
  for (const name of ["restoreFrom", "abandonedEtcd"]) await stack.command(["config", "rm", name]);
  const again = await stack.up();
  assert.ok(again.succeeded, again.printed);
  const twice = await stack.up();
  assert.deepEqual(Object.keys(twice.changes), ["same"], twice.printed);
}
