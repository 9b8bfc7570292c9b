import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { RbacAuthorizationV1Api } from "@kubernetes/client-node";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { legacyEtcdctl, memberEtcdctlOf, parseKeys, valuesOf } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, eventually, objectsAround, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-vendors-order";
const kubeconfig = kubeconfigPath;
const backendPassword = "never-to-be-printed";

describe("the vendor's own order: Trident uninstalled first, its claim left", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let keysBefore: Map<string, string>;
  let listsBefore: Awaited<ReturnType<typeof readTridentLists>>;
  let dataBefore: Map<string, string>;

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 300, backendPassword }, console.log);
    listsBefore = await readTridentLists({ kubeconfig, namespace });
    const [pod = ""] = await podNames(cluster, namespace, "app=trident.netapp.io");
    const words = ["get", "/trident/", "--prefix", "-w", "json"];
    keysBefore = valuesOf(parseKeys(await legacyEtcdctl(cluster.kubeconfig, namespace, pod, words)));
    await uninstall();
    dataBefore = await dataOnClaim();
    stack = await createTestStack("e2e-vendors-order", { namespace, migrate: "false" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("is refused without migrate, and nothing is made: the claim has the only state", async () => {
    const objects = await objectsAround(cluster, namespace);
    for (const operation of [await stack.preview(), await stack.up()]) {
      assert.ok(!operation.succeeded, operation.printed);
      for (const words of ["PersistentVolumeClaim trident", "migrate true", "abandonedClaim trident"]) {
        assert.ok(operation.printed.includes(words), operation.printed);
      }
    }
    assert.deepEqual(await objectsAround(cluster, namespace), objects);
  });

  it("is migrated from the claim alone, with the first etcd that can read it", async () => {
    await stack.configure({ namespace, migrate: "true" });
    const objects = await objectsAround(cluster, namespace);
    const preview = await stack.preview();
    assert.ok(preview.succeeded, preview.printed);
    assert.deepEqual(await objectsAround(cluster, namespace), objects);

    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.ok(!up.printed.includes(backendPassword), "a backend password was printed");
    assert.deepEqual(await memberKeys(), keysBefore);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace }), listsBefore);
  });

  it("leaves the data on the claim byte for byte as it was, and no pod on it", async () => {
    assert.deepEqual(await dataOnClaim(), dataBefore);
    assert.deepEqual(await podNames(cluster, namespace, "app.kubernetes.io/component=trident-etcd-source"), []);
  });

  it("has nothing to do in a second up", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    assert.deepEqual(await memberKeys(), keysBefore);
  });

  it("can't be rolled back: there was no Deployment to put back", async () => {
    await stack.configure({ namespace, migrate: "true", rollback: "true" });
    const preview = await stack.preview();
    assert.ok(!preview.succeeded, preview.printed);
    assert.match(preview.printed, /no Deployment to put back/);
    assert.ok(preview.printed.includes("pulumi config rm rollback"), preview.printed);
    await stack.configure({ namespace, migrate: "true", rollback: "false" });
  });

  it("keeps the claim when the stack is destroyed, and a new installation beside it is refused again", async () => {
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);
    assert.match(destroy.printed, /PersistentVolumeClaim trident: THE OLD TRIDENT'S STATE/);
    assert.deepEqual(await dataOnClaim(), dataBefore);
    await stack.configure({ namespace, migrate: "false" });
    const preview = await stack.preview();
    assert.ok(!preview.succeeded, preview.printed);
    assert.ok(preview.printed.includes("abandonedClaim trident"), preview.printed);
  });

  it("is installed without that state once it is given up by name, and goes on when that setting is removed", async () => {
    await stack.configure({ namespace, migrate: "false", abandonedClaim: "trident" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const { backends, volumes } = await readTridentLists({ kubeconfig, namespace });
    assert.deepEqual([backends, volumes], [[], []]);
    await stack.configure({ namespace, migrate: "false", abandonedClaim: "" });
    const second = await stack.up();
    assert.ok(second.succeeded, second.printed);
    assert.deepEqual(Object.keys(second.changes), ["same"], second.printed);
    assert.deepEqual(await dataOnClaim(), dataBefore);
  });

  /** As `tridentctl uninstall` does: all but the claim and its volume. */
  async function uninstall(): Promise<void> {
    const rbac = cluster.kubeconfig.makeApiClient(RbacAuthorizationV1Api);
    await cluster.apps.deleteNamespacedDeployment({ namespace, name: "trident" });
    await cluster.core.deleteNamespacedServiceAccount({ namespace, name: "trident" });
    await rbac.deleteClusterRoleBinding({ name: "trident" });
    await rbac.deleteClusterRole({ name: "trident" });
    await eventually("the old Trident's pod is gone", async () => {
      const { items } = await cluster.core.listNamespacedPod({ namespace });
      return items.length === 0;
    });
  }

  async function memberKeys(): Promise<Map<string, string>> {
    const [pod = ""] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    const words = ["get", "/trident/", "--prefix", "-w", "json"];
    return valuesOf(parseKeys(await memberEtcdctlOf(cluster.kubeconfig, namespace, pod, words)));
  }

  /** SHA-256 of each file: the sandbox's volumes are folders of this machine. */
  async function dataOnClaim(): Promise<Map<string, string>> {
    const claim = await cluster.core.readNamespacedPersistentVolumeClaim({ namespace, name: "trident" });
    const volume = await cluster.core.readPersistentVolume({ name: claim.spec?.volumeName ?? "" });
    const folder = volume.spec?.hostPath?.path ?? "";
    const found = new Map<string, string>();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      found.set(
        path.relative(folder, file),
        createHash("sha256")
          .update(await readFile(file))
          .digest("hex"),
      );
    }
    assert.ok(found.has("member/snap/db"), [...found.keys()].join(", "));
    return found;
  }
});
