import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, createNamespace, deleteNamespace, objectsAround } from "./sandbox-cluster.ts";

const empty = "e2e-refused-empty";
const legacy = "e2e-refused-legacy";
const kubeconfig = kubeconfigPath;

describe("an up that cannot work is refused before anything is registered", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "trident-etcd-kubeconfig-"));
    await createNamespace(cluster, empty);
    await installLegacyTrident({ kubeconfig, namespace: legacy, volumes: 3, backendPassword: "x" }, console.log);
    stack = await createTestStack("e2e-refused", { namespace: empty });
  });

  after(async () => {
    await stack.forget();
    await deleteNamespace(cluster, empty);
    await deleteNamespace(cluster, legacy);
    await rm(folder, { recursive: true });
  });

  it("when no cluster answers, naming the server and the settings that choose one", async () => {
    const unreachable = path.join(folder, "kubeconfig");
    await writeFile(unreachable, kubeconfigOf("https://127.0.0.1:1"));
    await stack.configure({ namespace: empty, "kubernetes:kubeconfig": unreachable });
    await assertRefused(empty, ["https://127.0.0.1:1", "kubernetes:kubeconfig", "kubernetes:context"]);
    await stack.configure({ namespace: empty, "kubernetes:kubeconfig": kubeconfig });
  });

  it("when the namespace does not exist, naming the command that creates it", async () => {
    await stack.configure({ namespace: "no-such-namespace" });
    await assertRefused(empty, ["no-such-namespace", "kubectl create namespace"]);
  });

  it("when a migration was asked for and there is no legacy Trident, naming the setting", async () => {
    await stack.configure({ namespace: empty, migrate: "true" });
    await assertRefused(empty, [empty, "migrate"]);
  });

  it("when a legacy Trident is there and no migration was asked for, naming the setting, and the old one serves", async () => {
    const before = await readTridentLists({ kubeconfig, namespace: legacy });
    await stack.configure({ namespace: legacy, migrate: "false" });
    await assertRefused(legacy, ["migrate true"]);
    assert.deepEqual(await readTridentLists({ kubeconfig, namespace: legacy }), before);
  });

  it("when settings contradict each other, naming all of them at once", async () => {
    await stack.configure({ namespace: legacy, etcdClusterSize: "2", etcdVersion: "v3.4" });
    await assertRefused(legacy, ["etcdClusterSize", "2", "etcdVersion", "v3.4"]);
  });

  async function assertRefused(namespace: string, named: readonly string[]): Promise<void> {
    const objectsBefore = await objectsAround(cluster, namespace);
    for (const operation of [await stack.preview(), await stack.up()]) {
      assert.ok(!operation.succeeded, operation.printed);
      for (const word of named) {
        assert.ok(operation.printed.includes(word), `the error names ${word}:\n${operation.printed}`);
      }
      assert.ok(
        !/^\s+at .*:\d+:\d+\)?$/m.test(operation.printed),
        `the error is no stack trace:\n${operation.printed}`,
      );
    }
    assert.deepEqual(await objectsAround(cluster, namespace), objectsBefore);
  }
});

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "nowhere", cluster: { server } }],
    users: [{ name: "nobody", user: {} }],
    contexts: [{ name: "nowhere", context: { cluster: "nowhere", user: "nobody" } }],
    "current-context": "nowhere",
  });
}
