import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { legacyEtcdctl, memberEtcdctlOf, parseKeys, valuesOf } from "./etcd-keys.ts";
import { legacyDeploymentFields } from "./legacy-deployment-fields.ts";
import { createTestStack, type Operation, type TestStack } from "./pulumi-stack.ts";
import { connectSandbox, deleteNamespace, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-rollback";
const kubeconfig = kubeconfigPath;
const backendPassword = "never-to-be-printed";
const tridentPods = "app=trident.netapp.io";
const settings = { namespace, migrate: "true", timeoutSeconds: "120" };
/** It can be pulled, and has no Trident in it. */
const otherImage = "busybox:1.28.0-glibc";

describe("a migrated stack", () => {
  const cluster = connectSandbox();
  let stack: TestStack;
  let fieldsBefore: unknown;
  let stateToCarryBack: Map<string, string>;

  before(async () => {
    await installLegacyTrident({ kubeconfig, namespace, volumes: 300, backendPassword }, console.log);
    fieldsBefore = await oldFields();
    stack = await createTestStack("e2e-rollback", settings);
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    await memberCommand(["put", "/trident/v1/storageclass/late", lateStorageClass]);
    await memberCommand(["put", "/trident/v1/storageclass/bronze", changedStorageClass]);
    const [volume = ""] = [...(await memberState()).keys()].filter((key) => key.startsWith("/trident/v1/volume/"));
    await memberCommand(["del", volume]);
    stateToCarryBack = await memberState();
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
  });

  it("refuses a rollback, with nothing stopped, when the embedded etcd is not as the migration left it", async () => {
    const podsBefore = await podNames(cluster, namespace, tridentPods);
    const result = JSON.parse((await record()).result ?? "") as { sourceRevision: string };
    const otherRevision = String(Number(result.sourceRevision) - 1);
    await changeRecord({ result: JSON.stringify({ ...result, sourceRevision: otherRevision }) });
    await stack.configure({ ...settings, rollback: "true" });

    const up = await stack.up();

    assert.ok(!up.succeeded, up.printed);
    assertOneError(up, /Something has written to the embedded etcd.*new Trident serves on/s);
    assert.deepEqual(await podNames(cluster, namespace, tridentPods), podsBefore);
    assert.equal((await record()).rollback, undefined);
    await changeRecord({ result: JSON.stringify(result) });
  });

  it("has the new Trident serve again when the old one does not come to serve", async () => {
    const manifest = (await record()).legacyDeployment ?? "";
    assert.ok(manifest.includes("netapp/trident:19.04.0"));
    await changeRecord({ legacyDeployment: manifest.replaceAll("netapp/trident:19.04.0", otherImage) });

    const up = await stack.up();

    assert.ok(!up.succeeded, up.printed);
    assertOneError(up, /trident_orchestrator.*The new Trident serves again.*pulumi config rm rollback && pulumi up/s);
    assert.equal((await podNames(cluster, namespace, tridentPods)).length, 1);
    await assert.rejects(cluster.apps.readNamespacedDeployment({ name: "trident", namespace }), /404/);
    await assertServes(stateToCarryBack);
    await changeRecord({ legacyDeployment: manifest });
  });

  it("keeps that new Trident, as it runs, when the setting is removed", async () => {
    const podsBefore = await podNames(cluster, namespace, tridentPods);
    await stack.configure({ ...settings, rollback: "false" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(await podNames(cluster, namespace, tridentPods), podsBefore);
    assert.equal((await record()).rollback, undefined);
  });

  it("is rolled back when that is asked for again: the old Deployment as it was, with the state of the new etcd", async () => {
    await stack.configure({ ...settings, rollback: "true" });
    stateToCarryBack = await memberState();
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.ok(!up.printed.includes(backendPassword), "a backend password was printed");

    assert.deepEqual(await oldFields(), fieldsBefore);
    await assertServes(stateToCarryBack);
    assert.deepEqual(withoutStore(await embeddedState()), withoutStore(stateToCarryBack));
    assert.equal((await memberState()).size, 0);
    assert.equal(await claimMark(), undefined);
    const { data = {} } = await cluster.core.readNamespacedConfigMap({ name: "trident-etcd-migration", namespace });
    assert.deepEqual(Object.keys(data).sort(), ["etcdClusterId", "etcdRevision", "etcdRevisionAt", "rolledBack"]);
  });

  it("changes nothing in another up, which says when it was rolled back", async () => {
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(Object.keys(up.changes), ["same"], up.printed);
    assert.match(up.printed, /was rolled back on \d{4}-/);
  });

  it("migrates again once the setting is removed", async () => {
    await stack.configure({ ...settings, rollback: "false" });
    const state = await embeddedState();
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    assert.deepEqual(withoutStore(await memberState()), withoutStore(state));
    await assertServes(state);
    assert.match((await claimMark()) ?? "", /^stale since /);
  });

  // The installer itself can't run here: by its source it looks for these, and reads the claim's etcd with one of its own.
  it("leaves, rolled back and destroyed, what the installer of 19.07 or later moves on: all of the state on the claim", async () => {
    await memberCommand(["put", "/trident/v1/storageclass/latest", lateStorageClass.replace("late", "latest")]);
    const state = await memberState();
    await stack.configure({ ...settings, rollback: "true" });
    const up = await stack.up();
    assert.ok(up.succeeded, up.printed);
    const destroy = await stack.destroy();
    assert.ok(destroy.succeeded, destroy.printed);

    await assertServes(state);
    assert.deepEqual(withoutStore(await embeddedState()), withoutStore(state));
    const { metadata, spec, status } = await cluster.core.readNamespacedPersistentVolumeClaim({
      name: "trident",
      namespace,
    });
    assert.equal(metadata?.labels?.app, "trident.netapp.io");
    assert.equal(await claimMark(), undefined);
    assert.equal(status?.phase, "Bound");
    assert.notEqual(spec?.volumeName, undefined);
    const store = Buffer.from((await embeddedState()).get("/trident/store") ?? "", "base64").toString();
    assert.equal((JSON.parse(store) as { store_version: string }).store_version, "etcdv3");
  });

  async function claimMark(): Promise<string | undefined> {
    const { metadata } = await cluster.core.readNamespacedPersistentVolumeClaim({ name: "trident", namespace });
    assert.equal(
      metadata?.labels?.["trident-etcd/state"] === "stale",
      metadata?.annotations?.["trident-etcd/state"] !== undefined,
    );
    return metadata?.annotations?.["trident-etcd/state"];
  }

  /** But for its identity: it was made anew. */
  async function oldFields(): Promise<unknown> {
    return { ...((await legacyDeploymentFields(cluster, namespace)) as object), uid: undefined };
  }

  /** Whether the Trident that runs, whichever it is, lists what the state has. */
  async function assertServes(state: ReadonlyMap<string, string>): Promise<void> {
    const lists = await readTridentLists({ kubeconfig, namespace });
    const named = (kind: string): string[] =>
      [...state.keys()].flatMap((key) => key.split(`/trident/v1/${kind}/`)[1] ?? []).sort();
    assert.deepEqual([...lists.storageClasses].sort(), named("storageclass"));
    assert.deepEqual([...lists.volumes].sort(), named("volume"));
  }

  async function record(): Promise<Record<string, string | undefined>> {
    return (await cluster.core.readNamespacedConfigMap({ name: "trident-etcd-migration", namespace })).data ?? {};
  }

  async function changeRecord(change: Record<string, string>): Promise<void> {
    const configMap = await cluster.core.readNamespacedConfigMap({ name: "trident-etcd-migration", namespace });
    configMap.data = { ...configMap.data, ...change };
    await cluster.core.replaceNamespacedConfigMap({ name: "trident-etcd-migration", namespace, body: configMap });
  }

  async function memberState(): Promise<Map<string, string>> {
    return valuesOf(parseKeys(await memberCommand(["get", "/trident/", "--prefix", "-w", "json"])));
  }

  async function memberCommand(words: readonly string[]): Promise<string> {
    const [pod] = await podNames(cluster, namespace, "app=etcd,etcd_cluster=trident-etcd");
    return memberEtcdctlOf(cluster.kubeconfig, namespace, pod ?? "", words);
  }

  async function embeddedState(): Promise<Map<string, string>> {
    const [pod] = await podNames(cluster, namespace, tridentPods);
    const words = ["get", "/trident/", "--prefix", "-w", "json"];
    return valuesOf(parseKeys(await legacyEtcdctl(cluster.kubeconfig, namespace, pod ?? "", words)));
  }
});

/** Trident writes its version there at each start. */
function withoutStore(state: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...state].filter(([key]) => key !== "/trident/store"));
}

const lateStorageClass = JSON.stringify({ config: { version: "1", name: "late", attributes: { media: "ssd" } } });
const changedStorageClass = JSON.stringify({ config: { version: "1", name: "bronze", attributes: { media: "hdd" } } });

function assertOneError(operation: Operation, named: RegExp): void {
  const diagnostics = operation.printed.slice(operation.printed.indexOf("Diagnostics:"));
  assert.match(diagnostics, named);
  assert.ok(!operation.printed.includes(backendPassword), "a backend password was printed");
  assert.ok(!/^\s+at .*:\d+:\d+\)?$/m.test(diagnostics), `the error is no stack trace:\n${diagnostics}`);
}
