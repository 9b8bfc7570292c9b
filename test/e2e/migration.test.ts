import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { legacyEtcdctl, memberEtcdctlOf, parseKeys, valuesOf, type ListedKey } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
  type SandboxCluster,
} from "./sandbox-cluster.ts";

const namespace = "e2e-migration";
const kubeconfig = kubeconfigPath;
/** How a PEM private key begins, as it is and in the base64 of a Kubernetes Secret. */
const privateKeyHeaders = ["RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY"].flatMap((type) => {
  const header = `-----BEGIN ${type}`;
  return [header, Buffer.from(header).toString("base64").replace(/..=*$/, "")];
});
const backendPassword = `password-${randomBytes(12).toString("hex")}`;

describe("a migration", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let objectsBefore: string[];
  let stateBefore: Map<string, ListedKey>;
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;
  let keysAfterMigration: Map<string, ListedKey>;

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 2000, backendPassword }, console.log);
    objectsBefore = await objectsAround(cluster, namespace);
    stateBefore = await legacyKeys(cluster);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    stack = await createTestStack("e2e-migration", { namespace, migrate: "true" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("changes nothing in a preview", async () => {
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
  });

  it("moves every key and value to three members and starts Trident on them", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.ok(!up.printed.includes(backendPassword), "a backend password was printed");

    keysAfterMigration = await memberKeys(cluster);
    assert.ok(stateBefore.size > 2000);
    assert.deepEqual(valuesOf(keysAfterMigration), valuesOf(stateBefore));
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);

    const migration = up.outputs.migration?.value as Record<string, unknown>;
    assert.equal(migration.keys, stateBefore.size);
    const { outageSeconds } = migration;
    assert.ok(typeof outageSeconds === "number" && outageSeconds > 0 && outageSeconds < 120, String(outageSeconds));
  });

  it("gives tridentctl the same backends, volumes and storage classes on a second up, which copies nothing", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    assert.deepEqual(await memberKeys(cluster), keysAfterMigration);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
  });

  it("leaves a mark on the old claim that its state is stale, and the label by which the vendor's installers know it", async () => {
    const { labels, annotations } = await claimMetadata();
    assert.equal(labels?.["trident-etcd/state"], "stale");
    assert.equal(labels.app, "trident.netapp.io");
    assert.match(
      annotations?.["trident-etcd/state"] ?? "",
      /^stale since \d{4}-\S+Z: Trident's state was moved to EtcdCluster trident-etcd/,
    );
  });

  it("leaves no private key and no backend password in the exported state", async () => {
    const state = await stack.exportState();
    for (const plain of privateKeyHeaders) {
      assert.ok(!state.includes(plain), "a private key is in the state in plain text");
    }
    const decrypted = await stack.exportState({ showSecrets: true });
    assert.ok(
      privateKeyHeaders.some((plain) => decrypted.includes(plain)),
      "the search finds the keys once they are decrypted",
    );
    assert.ok(!state.includes(backendPassword), "a backend password is in the state in plain text");
  });

  it("is undone by destroy but for the PVC, its PV and the namespace", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    const deletion = `kubectl --namespace ${namespace} delete persistentvolumeclaim trident`;
    assert.ok(destroy.printed.includes(`- PersistentVolumeClaim trident: THE OLD TRIDENT'S STATE`), destroy.printed);
    assert.ok(destroy.printed.includes(deletion), destroy.printed);
    // The legacy Deployment and its pod were replaced by the stack's own, which destroy removed.
    const kept = objectsBefore.filter((name) => !/^(Deployment|Pod)\//.test(name));
    assert.ok(kept.includes("PersistentVolumeClaim/trident"));
    await eventually("only what was there before is left", async () => {
      const left = await objectsAround(cluster, namespace);
      return JSON.stringify(left) === JSON.stringify(kept);
    }).catch(async () => {
      assert.deepEqual(await objectsAround(cluster, namespace), kept);
    });
  });

  it("is not made once more from the stale claim that destroy leaves", async () => {
    const again = await createTestStack("e2e-migration-again", { namespace, migrate: "true" });
    try {
      const preview = await again.preview();
      assert.ok(!preview.succeeded, preview.printed);
      assert.match(
        preview.printed,
        /PersistentVolumeClaim trident in namespace e2e-migration is marked as stale since \d{4}-/,
      );
    } finally {
      await again.forget();
    }
  });

  async function claimMetadata() {
    const { metadata } = await cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name: "trident" });
    return metadata ?? {};
  }
});

async function legacyKeys(cluster: SandboxCluster): Promise<Map<string, ListedKey>> {
  const [pod] = await podNames(cluster, namespace, "app=trident.netapp.io");
  const words = ["get", "/trident/", "--prefix", "-w", "json"];
  return parseKeys(await legacyEtcdctl(cluster.kubeconfig, namespace, pod ?? "", words));
}

async function memberKeys(cluster: SandboxCluster): Promise<Map<string, ListedKey>> {
  const [pod] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
  const words = ["get", "/trident/", "--prefix", "-w", "json"];
  return parseKeys(await memberEtcdctlOf(cluster.kubeconfig, namespace, pod ?? "", words));
}
