import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { CustomObjectsApi } from "@kubernetes/client-node";
import { createDefinition, deleteDefinition, findDefinition } from "./custom-resource-definitions.ts";
import { memberEtcdctlOf, parseKeys, valuesOf } from "./etcd-keys.ts";
import { createTestStack, type Operation, type TestStack } from "./pulumi-stack.ts";
import { keysOfSnapshot, savedSnapshot } from "./saved-snapshot.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";

const run = promisify(execFile);
const first = "e2e-uninstall";
const second = "e2e-uninstall-too";
const elsewhere = "e2e-uninstall-elsewhere";
const definition = "etcdclusters.etcd.database.coreos.com";
const memberSelector = "app=etcd,etcd_cluster=trident-etcd";
const etcdClusters = { group: "etcd.database.coreos.com", version: "v1beta2", plural: "etcdclusters" };

describe("an uninstallation", () => {
  const cluster = connectSandbox();
  const customObjects = cluster.kubeconfig.makeApiClient(CustomObjectsApi);
  let folder: string;
  let one: TestStack;
  let other: TestStack;
  let rival: TestStack;
  let objectsBefore: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "uninstall-"));
    for (const namespace of [first, second, elsewhere]) await createNamespace(cluster, namespace);
    objectsBefore = await objectsAround(cluster, first);
    one = await createTestStack("e2e-uninstall", { namespace: first });
    other = await createTestStack("e2e-uninstall-too", { namespace: second, etcdClusterSize: "1" });
    rival = await createTestStack("e2e-uninstall-rival", { namespace: first });
    assertSucceeded(await one.up());
    await scale(first, "trident", 0);
    const up = await other.up();
    assertSucceeded(up);
    assert.match(up.printed, new RegExp(`Deployment trident in namespace ${first} is a Trident, too, at 0 replicas`));
  });

  after(async () => {
    for (const stack of [one, other, rival]) {
      await stack.destroy();
      await stack.forget();
    }
    for (const namespace of [first, second, elsewhere])
      await deleteNamespace(cluster, namespace).catch(() => undefined);
    await deleteDefinition(cluster, definition).catch(() => undefined);
    await rm(folder, { recursive: true });
  });

  it("is not in the hands of a second stack in the same namespace, which is refused", async () => {
    const before = await objectsAround(cluster, first);
    const up = await rival.up();
    assert.ok(!up.succeeded);
    assert.match(up.printed, /objects of another stack, organization\/trident-etcd\/e2e-uninstall /);
    assert.match(up.printed, /`pulumi config set takeOver true`/);
    assert.deepEqual(await objectsAround(cluster, first), before);
  });

  it("is not begun beside another Trident, which a third stack is told of", async () => {
    await rival.configure({ namespace: elsewhere });
    const up = await rival.up();
    assert.ok(!up.succeeded);
    assert.match(up.printed, new RegExp(`another Trident on this cluster: Deployment trident in namespace ${second}`));
    assert.match(up.printed, new RegExp(`tridentctl --namespace ${second} uninstall`));
    assert.deepEqual(await podNames(cluster, elsewhere, "app=trident.netapp.io"), []);
  });

  it("saves a last snapshot, from a member without quorum and without an operator, that can be restored", async () => {
    const members = await podNames(cluster, first, memberSelector);
    const [survivor = "", ...lost] = members;
    for (const key of ["/trident/v1/volume/a", "/trident/v1/volume/b", "/somebody/elses"]) {
      await memberEtcdctlOf(cluster.kubeconfig, first, survivor, ["put", key, `value of ${key}`]);
    }
    const listed = await memberEtcdctlOf(cluster.kubeconfig, first, survivor, ["get", "", "--prefix", "-w", "json"]);
    await stopOperator(first);
    for (const name of lost) await cluster.core.deleteNamespacedPod({ namespace: first, name, gracePeriodSeconds: 0 });
    await eventually("two members are gone", async () => (await podNames(cluster, first, memberSelector)).length === 1);

    const destroy = await one.destroy();
    assertSucceeded(destroy);
    assertInOrder(destroy, [
      /Deployment trident-deployment deleted/,
      /Snapshot of EtcdCluster .* saved before it is deleted/,
      /EtcdCluster trident-etcd-cluster deleting/,
      /MembersGone \S+ deleted/,
      /Deployment etcd-operator-deployment deleting/,
      /Secret etcd-tls-client-secret deleting/,
      /DefinitionRemoval \S+ deleted/,
      /Kept, each with the command that removes it:/,
    ]);
    const path = savedSnapshot(destroy);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await keysOfSnapshot(path), valuesOf(parseKeys(listed)));
    assert.ok(atEnd(destroy).includes(path), atEnd(destroy));
  });

  it("leaves the EtcdCluster of another stack alive, and the definition that it is of, and says so", async () => {
    const [member = ""] = await podNames(cluster, second, memberSelector);
    const list = await memberEtcdctlOf(cluster.kubeconfig, second, member, ["member", "list"]);
    assert.match(list, /started/);
    assert.ok(await findDefinition(cluster, definition));
    const left = (await objectsAround(cluster, first)).filter((name) => !name.endsWith(second));
    assert.deepEqual(left, [...objectsBefore, `CustomResourceDefinition/${definition}`].sort());
  });

  it("does not begin when the last snapshot can't be written, and says what to do", async () => {
    const file = join(folder, "a-file");
    await writeFile(file, "");
    await other.configure({ namespace: second, etcdClusterSize: "1", snapshotDirectory: join(file, "snapshots") });
    assertSucceeded(await other.up());
    const destroy = await other.destroy();
    assert.ok(!destroy.succeeded);
    assert.match(
      destroy.printed,
      /can't be written to .*a-file\/snapshots: .*Nothing was deleted.*pulumi config set snapshotDirectory/s,
    );
    assert.equal((await podNames(cluster, second, memberSelector)).length, 1);
    assert.equal((await podNames(cluster, second, "app=trident.netapp.io")).length, 1);
  });

  it("removes the definition with the last EtcdCluster, once what was wrong is put right", async () => {
    await rm(join(folder, "a-file"));
    await run("mkdir", [join(folder, "a-file")]);
    const destroy = await other.destroy();
    assertSucceeded(destroy);
    assert.equal(await findDefinition(cluster, definition), undefined);
    assert.match(savedSnapshot(destroy), /a-file\/snapshots/);
    assert.doesNotMatch(atEnd(destroy), /CustomResourceDefinition/);
  });

  it("touches no definition that somebody else made, and needs neither operator, members nor Trident", async () => {
    await makeForeignDefinition();
    await one.configure({ namespace: first, etcdClusterSize: "1" });
    const before = await findDefinition(cluster, definition);
    const up = await one.up();
    assertSucceeded(up);
    assert.match(up.printed, /made by somebody else: is used as it is; it is neither changed nor ever deleted/);

    for (const name of ["etcd-operator", "trident"]) {
      await cluster.apps.deleteNamespacedDeployment({ namespace: first, name });
    }
    await eventually(
      "the operator is gone",
      async () => (await podNames(cluster, first, "name=etcd-operator")).length === 0,
    );
    for (const name of await podNames(cluster, first, memberSelector)) {
      await cluster.core.deleteNamespacedPod({ namespace: first, name, gracePeriodSeconds: 0 });
    }
    const destroy = await one.destroy();
    assertSucceeded(destroy);
    assert.match(destroy.printed, /none of its members answers/);
    assert.doesNotMatch(atEnd(destroy), /CustomResourceDefinition/);
    assert.deepEqual((await findDefinition(cluster, definition))?.metadata?.uid, before?.metadata?.uid);
    assert.deepEqual((await findDefinition(cluster, definition))?.spec, before?.spec);
    assert.deepEqual(await namesOfEtcdClusters(elsewhere), ["somebody-elses"]);
  });

  it("succeeds with nothing left to remove, after the namespace was deleted by hand", async () => {
    assertSucceeded(await one.up());
    await deleteNamespace(cluster, first);
    const destroy = await one.destroy();
    assertSucceeded(destroy);
    assert.match(destroy.printed, /none of its members answers \(it has no pod\)/);
    assert.doesNotMatch(atEnd(destroy), /namespace/);
  });

  async function scale(namespace: string, name: string, value: number): Promise<void> {
    const body = [{ op: "replace", path: "/spec/replicas", value }];
    await cluster.apps.patchNamespacedDeployment({ namespace, name, body });
  }

  async function stopOperator(namespace: string): Promise<void> {
    await scale(namespace, "etcd-operator", 0);
    await eventually(
      "the operator is gone",
      async () => (await podNames(cluster, namespace, "name=etcd-operator")).length === 0,
    );
  }

  /** As another etcd-operator's installation would have it, with an EtcdCluster that must live. */
  async function makeForeignDefinition(): Promise<void> {
    await createDefinition(cluster, { ...etcdClusters, kind: "EtcdCluster" });
    const theirs = {
      apiVersion: "etcd.database.coreos.com/v1beta2",
      kind: "EtcdCluster",
      metadata: { name: "somebody-elses" },
    };
    await eventually("the definition is served", () =>
      customObjects
        .createNamespacedCustomObject({ ...etcdClusters, namespace: elsewhere, body: { ...theirs, spec: { size: 1 } } })
        .then(
          () => true,
          () => false,
        ),
    );
  }

  async function namesOfEtcdClusters(namespace: string): Promise<string[]> {
    const list = (await customObjects.listNamespacedCustomObject({ ...etcdClusters, namespace })) as {
      items: { metadata: { name: string } }[];
    };
    return list.items.map(({ metadata }) => metadata.name);
  }
});

function assertSucceeded(operation: Operation): void {
  assert.ok(operation.succeeded, operation.printed);
}

function assertInOrder({ printed }: Operation, wanted: readonly RegExp[]): void {
  const places = wanted.map((each) => each.exec(printed)?.index ?? -1);
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
    printed,
  );
  assert.ok(!places.includes(-1), `${places.join()}: ${printed}`);
}

/** The last thing that a destroy prints. */
function atEnd({ printed }: Operation): string {
  const begin = printed.lastIndexOf("Kept, each with the command that removes it:");
  assert.ok(begin >= 0, printed);
  const outputs = printed.indexOf("\nOutputs:", begin);
  return printed.slice(begin, outputs < 0 ? undefined : outputs);
}
