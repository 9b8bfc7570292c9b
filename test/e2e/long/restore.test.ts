import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { CustomObjectsApi } from "@kubernetes/client-node";
import { legacyTridentState } from "../../../sandbox/legacy-trident/legacy-trident-state.ts";
import { readTridentLists } from "../../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../../sandbox/sandbox-paths.ts";
import { startEtcd } from "../../etcd-process.ts";
import { memberEtcdctlOf, parseKeys, valuesOf } from "../etcd-keys.ts";
import { createTestStack, type TestStack } from "../pulumi-stack.ts";
import { startUp, unlock } from "../running-up.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "../sandbox-cluster.ts";
import { savedSnapshot } from "../saved-snapshot.ts";

const kubeconfig = kubeconfigPath;
const namespace = "e2e-restore";
const membersSelector = "app=etcd,etcd_cluster=trident-etcd";
const volumes = 200;

describe("an etcd that is restored by pulumi up", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let snapshot: string;
  let lists: Awaited<ReturnType<typeof readTridentLists>>;
  let givenUp: string;

  before(async () => {
    await createNamespace(cluster, namespace);
    stack = await createTestStack("e2e-restore", { namespace });
    snapshot = await snapshotOfAState();
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("begins with what a snapshot holds, which the preview tells of without a change", async () => {
    const objects = await objectsAround(cluster, namespace);
    await stack.configure({ restoreFrom: snapshot });
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /restore what \S+ names into an etcd cluster of its own/);
    assert.match(preview.printed, /to restore .*given\.db of 20.*revision \d+.*200 volumes/);
    assert.match(preview.printed, /How much was written after the snapshot is not known/);
    assert.deepEqual(await objectsAround(cluster, namespace), objects);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    lists = await tridentLists();
    assert.equal(lists.volumes.length, volumes);
  });

  it("is left as it is by the next up, with the setting or without", async () => {
    const again = await stack.up();
    assert.ok(again.succeeded, again.printed);
    assert.deepEqual(Object.keys(again.changes), ["same"], again.printed);
    assert.match(again.printed, /is not restored again.*pulumi config rm restoreFrom/s);
    await isLeftAlone();
  });

  it("is not restored over what it has", async () => {
    await stack.configure({ restoreFrom: path.join(path.dirname(snapshot), "other.db") });
    await copyFile(snapshot, path.join(path.dirname(snapshot), "other.db"));
    const refused = await stack.up();
    assert.ok(!refused.succeeded, refused.printed);
    assert.match(refused.printed, /a state is restored into an etcd without any/);
    await stack.command(["config", "rm", "restoreFrom"]);
  });

  it("is cured of the loss of all members, on the user's word, with what the snapshot has, and no diff is left", async () => {
    givenUp = await clusterId();
    const size = (await keys()).size;
    await put("/trident/v1/transaction/afterwards", "{}");
    await killMembers(3);
    const blocked = await stack.up();
    assert.ok(!blocked.succeeded, blocked.printed);
    assert.match(blocked.printed, new RegExp(`pulumi config set abandonedEtcd ${givenUp}`));
    assert.match(blocked.printed, /pulumi config set restoreFrom/);
    await stack.configure({ restoreFrom: snapshot, abandonedEtcd: givenUp });
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.match(preview.printed, /whose quorum is lost, is given up/);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await tridentLists(), lists);
    assert.equal((await keys()).size, size);
    await isRestored(givenUp);
  });

  it("loses nothing that was acknowledged when a member is left, whose state it takes", async () => {
    givenUp = await clusterId();
    await put("/trident/v1/transaction/acknowledged", '{"a":"value"}');
    const before = valuesOf(await keys());
    // As long as the others take to hear that it is decided.
    await sleep(1_000);
    await killMembers(2);
    const blocked = await stack.up();
    assert.ok(!blocked.succeeded, blocked.printed);
    assert.match(blocked.printed, /pulumi config set restoreFrom member/);
    await stack.configure({ restoreFrom: "member", abandonedEtcd: givenUp });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(valuesOf(await keys()), before);
    assert.deepEqual(await tridentLists(), lists);
    await isRestored(givenUp);
  });

  it("is finished by the next up when a run is killed as soon as the lost etcd is deleted", async () => {
    givenUp = await clusterId();
    await killMembers(3);
    await stack.configure({ restoreFrom: snapshot, abandonedEtcd: givenUp });
    const up = startUp(stack);
    await up.until(eventually("the lost etcd is deleted", async () => (await uidOfEtcd()) === undefined, 300));
    await up.killPlugin();
    await up.ended;
    await unlock(stack).catch(() => undefined);
    assert.equal(await replicas(), 0);
    const finished = await stack.up();
    assert.ok(finished.succeeded, finished.printed);
    assert.deepEqual(await tridentLists(), lists);
    await isRestored(givenUp);
  });

  it("comes back with the last snapshot of a stack that was destroyed by mistake", async () => {
    const before = valuesOf(await keys());
    const destroyed = await stack.destroy();
    assert.ok(destroyed.succeeded, destroyed.printed);
    const last = savedSnapshot(destroyed);
    await stack.command(["config", "rm", "abandonedEtcd"]);
    await stack.configure({ restoreFrom: last });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(valuesOf(await keys()), before);
    assert.deepEqual(await tridentLists(), lists);
    await isLeftAlone();
  });

  /** Of the state of a Trident that has been in use, as etcd itself sends it. */
  async function snapshotOfAState(): Promise<string> {
    const etcd = await startEtcd();
    try {
      for (const { key, value } of legacyTridentState({ volumes, backendPassword: "not-printed" }).entries) {
        await etcd.client.put(key).value(value);
      }
      const folder = path.join(stack.folder, "given");
      await mkdir(folder);
      const file = path.join(folder, "given.db");
      await writeFile(file, etcd.store.snapshot());
      return file;
    } finally {
      await etcd.stop();
    }
  }

  function tridentLists() {
    return readTridentLists({ kubeconfig, namespace });
  }

  async function etcdctl(...words: string[]): Promise<string> {
    const [member = ""] = await podNames(cluster, namespace, membersSelector);
    return memberEtcdctlOf(cluster.kubeconfig, namespace, member, words);
  }

  async function keys() {
    return parseKeys(await etcdctl("get", "/trident/", "--prefix", "--write-out=json"));
  }

  async function put(key: string, value: string): Promise<void> {
    await etcdctl("put", key, value);
  }

  async function clusterId(): Promise<string> {
    const { data = {} } = await cluster.core.readNamespacedConfigMap({ namespace, name: "trident-etcd-migration" });
    const { etcdClusterId = "" } = data;
    assert.match(etcdClusterId, /^\d+$/);
    return etcdClusterId;
  }

  /** As when their nodes are lost; the operator replaces one that is lost alone, and never a majority. */
  async function killMembers(count: number): Promise<void> {
    const names = (await podNames(cluster, namespace, membersSelector)).slice(0, count);
    assert.equal(names.length, count);
    const kill = (name: string) => cluster.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    await Promise.all(names.map(kill));
    await eventually("they are gone", async () => {
      const left = await podNames(cluster, namespace, membersSelector);
      return !left.some((name) => names.includes(name));
    });
  }

  async function uidOfEtcd(): Promise<string | undefined> {
    const custom = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
    const named = {
      group: "etcd.database.coreos.com",
      version: "v1beta2",
      plural: "etcdclusters",
      name: "trident-etcd",
    };
    const found: unknown = await custom.getNamespacedCustomObject({ ...named, namespace }).catch(() => undefined);
    return (found as { metadata?: { uid?: string } } | undefined)?.metadata?.uid;
  }

  async function replicas(): Promise<number | undefined> {
    const { items } = await cluster.apps.listNamespacedDeployment({ namespace });
    return items.find(({ metadata }) => metadata?.name === "trident")?.spec?.replicas;
  }

  async function isRestored(former: string): Promise<void> {
    assert.notEqual(await clusterId(), former);
    assert.equal(await replicas(), 1);
    await isLeftAlone();
    const refreshed = await stack.command(["up", "--refresh", "--yes", "--skip-preview"]);
    assert.ok(refreshed.succeeded, refreshed.printed);
    assert.doesNotMatch(refreshed.printed, /[~+-]{1,2}\s.*(replac|creat|delet|updat)/);
    const names = await readdir(path.join(stack.folder, "snapshots")).catch(() => []);
    assert.ok(!names.some((name) => name.endsWith(".partial")), names.join());
  }

  async function isLeftAlone(): Promise<void> {
    for (const name of ["restoreFrom", "abandonedEtcd"]) await stack.command(["config", "rm", name]);
    const again = await stack.up();
    assert.ok(again.succeeded, again.printed);
    const others = Object.keys(again.changes).filter((each) => each !== "same" && each !== "delete");
    assert.deepEqual(others, [], again.printed);
    const twice = await stack.up();
    assert.deepEqual(Object.keys(twice.changes), ["same"], twice.printed);
  }
});
