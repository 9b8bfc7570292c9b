import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { TridentAnswerError } from "../../sandbox/legacy-trident/errors.ts";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { legacyEtcdctl } from "./etcd-keys.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";

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

  it("when the old Trident serves from memory, but its state names a backend that is not there, and nothing is stopped", async () => {
    const before = await legacyPods();
    const volume = '{"Config":{"version":"1","name":"pvc-1","storageClass":""},"backend":"missing","pool":"aggr1"}';
    await etcdctl("put", "/trident/v1/volume/pvc-1", volume);
    await stack.configure({ namespace: legacy, migrate: "true" });
    await assertRefused(legacy, ["volume pvc-1 is on backend missing", "del /trident/v1/volume/pvc-1"]);
    assert.deepEqual(await legacyPods(), before);
  });

  it("when the old Trident, started anew on that state, answers 500, naming its reason", async () => {
    await cluster.core.deleteCollectionNamespacedPod({ namespace: legacy, labelSelector: "app=trident.netapp.io" });
    await eventually("the old Trident has failed to start", async () => {
      const error: unknown = await readTridentLists({ kubeconfig, namespace: legacy, timeoutSeconds: 1 }).catch(
        (failure: unknown) => failure,
      );
      return error instanceof TridentAnswerError;
    });
    const before = await legacyPods();
    await assertRefused(legacy, ["does not serve now", "couldn't find backend missing for volume pvc-1"]);
    assert.deepEqual(await legacyPods(), before);
    await etcdctl("del", "/trident/v1/volume/pvc-1");
  });

  it("when settings contradict each other, naming all of them at once", async () => {
    await stack.configure({ namespace: legacy, etcdClusterSize: "2", etcdVersion: "v3.4" });
    await assertRefused(legacy, ["etcdClusterSize", "2", "etcdVersion", "v3.4"]);
  });

  async function legacyPods(): Promise<string[]> {
    const pods = await cluster.core.listNamespacedPod({ namespace: legacy, labelSelector: "app=trident.netapp.io" });
    return pods.items.map(({ metadata }) => metadata?.uid ?? "");
  }

  async function etcdctl(...words: string[]): Promise<string> {
    const [pod = ""] = await podNames(cluster, legacy, "app=trident.netapp.io");
    return legacyEtcdctl(cluster.kubeconfig, legacy, pod, words);
  }

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
