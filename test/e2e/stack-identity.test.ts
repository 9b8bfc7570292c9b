import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { runningCertificates } from "../../migration/identity/check-identity.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { startAnotherCluster, type AnotherCluster } from "./another-cluster.ts";
import { createTestStack, type Operation, type TestStack } from "./pulumi-stack.ts";
import {
  connectSandbox,
  createNamespace,
  deleteNamespace,
  eventually,
  objectsAround,
  podNames,
} from "./sandbox-cluster.ts";

const run = promisify(execFile);
const namespace = "e2e-identity";
const settings = { namespace, etcdClusterSize: "1" };

describe("a stack's world", () => {
  const cluster = connectSandbox();
  let folder: string;
  let objectsBefore: string[];
  let another: AnotherCluster;
  let stack: TestStack;
  /** Of the same name, in another backend. */
  let heir: TestStack | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "stack-identity-"));
    await createNamespace(cluster, namespace);
    objectsBefore = await objectsAround(cluster, namespace);
    another = await startAnotherCluster(folder, namespace);
    stack = await createTestStack("e2e-identity", settings);
    await stack.configure({ ...settings, "kubernetes:kubeconfig": await readFile(kubeconfigPath, "utf8") });
    assertSucceeded(await stack.up());
  });

  after(async () => {
    for (const each of [heir, stack]) {
      await each?.destroy();
      await each?.forget();
    }
    await another.stop();
    await deleteNamespace(cluster, namespace);
    await rm(folder, { recursive: true });
  });

  it("stays the same when its kubeconfig gets another spelling, or is taken from the environment", async () => {
    const kubeconfig = await readFile(kubeconfigPath, "utf8");
    await stack.configure({ ...settings, "kubernetes:kubeconfig": kubeconfig.replace(/(server: \S+)/, "$1/") });
    assertOnlyUpdates(await stack.up());
    assertSucceeded(await stack.command(["config", "rm", "kubernetes:kubeconfig"]));
    assertOnlyUpdates(await stack.up());
    const unchanged = await stack.up();
    assertSucceeded(unchanged);
    assert.deepEqual(Object.keys(unchanged.changes), ["same"], unchanged.printed);
  });

  it("finds its cluster under whatever path the kubeconfig has that the environment names", async () => {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    await copyFile(kubeconfigPath, first);
    assertSucceeded(await stack.command(["up", "--yes", "--skip-preview"], { KUBECONFIG: first }));
    await rename(first, second);
    assertSucceeded(await stack.command(["preview"], { KUBECONFIG: second }));
  });

  for (const words of [
    ["preview"],
    ["up", "--yes"],
    ["refresh", "--yes"],
    ["destroy", "--yes"],
    ["preview", "--refresh=false"],
    ["up", "--yes", "--skip-preview", "--refresh=false"],
    ["destroy", "--yes", "--skip-preview", "--refresh=false"],
  ]) {
    it(`is not taken to another cluster by \`pulumi ${words.join(" ")}\``, async () => {
      const before = await worldNow();
      const { succeeded, printed } = await stack.command(words, { KUBECONFIG: another.kubeconfig });
      assert.ok(!succeeded, printed);
      assert.match(printed, new RegExp(`made in the Kubernetes cluster .*${another.uid}`));
      assert.doesNotMatch(printed, /Nothing is done before this is put right/);
      assert.deepEqual(await worldNow(), before);
    });
  }

  it("is not taken to another namespace by a setting", async () => {
    const before = await worldNow();
    await stack.configure({ ...settings, namespace: "e2e-identity-elsewhere" });
    for (const words of [["preview"], ["up", "--yes"]]) {
      const { succeeded, printed } = await stack.command(words);
      assert.ok(!succeeded, printed);
      assert.match(printed, /at home in namespace e2e-identity .* namespace e2e-identity-elsewhere is named now/);
      assert.match(printed, /`pulumi config set namespace e2e-identity`/);
    }
    await stack.configure(settings);
    assert.deepEqual(await worldNow(), before);
  });

  it("has all that is deleted by hand again after an `up`, and nothing is said to be unchanged that is not there", async () => {
    const deleted = (await stackObjects()).filter((object) => !object.startsWith("etcdcluster"));
    for (const object of deleted) await kubectl("delete", object, "--wait=true");
    assert.ok(deleted.length > 15, deleted.join(" "));
    const up = await stack.up();
    assertSucceeded(up);
    assert.equal(up.changes.create, deleted.length, up.printed);
    const there = await stackObjects();
    for (const object of deleted) assert.ok(there.includes(object), object);
    await tridentServes();
    assert.deepEqual(Object.keys((await stack.up()).changes), ["same"]);
  });

  it("starts anew what ran as a ServiceAccount that was deleted, whose token nobody takes any more", async () => {
    const pods = (): Promise<string[]> => podNames(cluster, namespace, "name=etcd-operator");
    const before = await pods();
    await kubectl("delete", "serviceaccount/etcd-operator", "--wait=true");
    assertSucceeded(await stack.up());
    const after = await pods();
    assert.equal(after.length, 1);
    assert.notDeepEqual(after, before);
    assertSucceeded(await stack.up());
    assert.deepEqual(await pods(), after);
  });

  it("has what is changed by hand as it was after an `up`", async () => {
    const changes: [object: string, patch: object, path: string][] = [
      ["deployment/trident", { spec: { replicas: 0 } }, "{.spec.replicas}"],
      ["service/trident-etcd-client", { spec: { selector: { app: "nobody" } } }, "{.spec.selector}"],
      ["role/trident-external-etcd", { rules: [] }, "{.rules}"],
      ["secret/etcd-client-tls", { data: { "etcd-client.key": "AAAA" } }, "{.data}"],
      ["poddisruptionbudget/trident-etcd", { spec: { minAvailable: 0 } }, "{.spec}"],
      ["networkpolicy/trident-etcd", { spec: { ingress: [] } }, "{.spec.ingress}"],
      ["rolebinding/etcd-operator", { subjects: [] }, "{.subjects}"],
      [
        "deployment/etcd-operator",
        { metadata: { annotations: { "trident-etcd/stack": "nobody" } } },
        "{.metadata.annotations.trident-etcd/stack}",
      ],
    ];
    const was = new Map<string, string>();
    for (const [object, patch, path] of changes) {
      was.set(object, await kubectl("get", object, "--output", `jsonpath=${path}`));
      await kubectl("patch", object, "--type=merge", "--patch", JSON.stringify(patch));
      assert.notEqual(await kubectl("get", object, "--output", `jsonpath=${path}`), was.get(object), object);
    }
    assertSucceeded(await stack.up());
    for (const [object, , path] of changes) {
      assert.equal(await kubectl("get", object, "--output", `jsonpath=${path}`), was.get(object), object);
    }
    await tridentServes();
  });

  it("is not entered by a stack of the same name whose state knows nothing of it", async () => {
    heir = await createTestStack("e2e-identity", settings);
    const before = await worldNow();
    for (const words of [["preview"], ["up", "--yes"], ["up", "--yes", "--skip-preview"]]) {
      const { succeeded, printed } = await heir.command(words);
      assert.ok(!succeeded, printed);
      assert.match(printed, /that state was lost, or .* same name .* in another backend/);
      assert.match(printed, /`pulumi config set takeOver true`/);
    }
    assert.deepEqual(await worldNow(), before);
  });

  it("is not taken over without the certificates that run, and says how to bring them", async () => {
    const before = await worldNow();
    await heir?.configure({ ...settings, takeOver: "true" });
    const preview = await heir?.command(["preview"]);
    assert.ok(preview?.succeeded === false, preview?.printed);
    assert.deepEqual(await worldNow(), before);
    const commands = preview.printed.split("\n").map((line) => line.trim());
    const script = commands.filter((line) => /^(umask|for file in) /.test(line)).join("\n");
    await run("bash", ["-euc", script], { cwd: folder, env: { ...process.env, KUBECONFIG: kubeconfigPath } });
  });

  it("is taken over: no member is stopped, and Trident serves", async () => {
    const running = await runningMembers();
    const certificateDirectory = join(folder, runningCertificates);
    await heir?.configure({ ...settings, takeOver: "true", certificateDirectory });
    const up = await heir?.up();
    assertSucceeded(up);
    assert.deepEqual(await runningMembers(), running);
    await tridentServes();
    assertSucceeded(await heir?.command(["config", "rm", "takeOver"]));
    const next = await heir?.up();
    assertSucceeded(next);
    assert.deepEqual(Object.keys(next?.changes ?? {}), ["same"], next?.printed);
  });

  it("is then closed to the stack that it was taken from", async () => {
    const before = await worldNow();
    for (const words of [["preview"], ["up", "--yes", "--skip-preview"], ["destroy", "--yes"]]) {
      const { succeeded, printed } = await stack.command(words);
      assert.ok(!succeeded, printed);
      assert.match(printed, /has taken over .*`pulumi stack rm --force`/s);
    }
    assert.deepEqual(await worldNow(), before);
  });

  it("is destroyed by its new stack, with a kubeconfig that has moved since", async () => {
    assertSucceeded(await heir?.command(["destroy", "--yes"], { KUBECONFIG: join(folder, "second") }));
    await eventually("the objects are those from before", async () => {
      return JSON.stringify(await objectsAround(cluster, namespace)) === JSON.stringify(objectsBefore);
    });
  });

  /** What a refused run must leave as it is. */
  async function worldNow(): Promise<unknown> {
    const state = JSON.parse(await stack.exportState()) as { deployment: { resources: { urn: string }[] } };
    return { pulumi: state.deployment.resources.map(({ urn }) => urn), cluster: await versions() };
  }

  /** Each object with its uid; leases and endpoints change by themselves. */
  async function versions(): Promise<string> {
    const kinds = "deployments,services,secrets,serviceaccounts,roles,rolebindings,configmaps,etcdclusters,pods";
    return kubectl(
      "get",
      kinds,
      "--output",
      "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid}{'\\n'}{end}",
    );
  }

  async function runningMembers(): Promise<string> {
    const path = "{range .items[*]}{.metadata.name} {.status.containerStatuses[*].containerID}{'\\n'}{end}";
    return kubectl("get", "pods", "--selector", "app=etcd", "--output", `jsonpath=${path}`);
  }

  /** As `kind/name`, those that this program has made. */
  async function stackObjects(): Promise<string[]> {
    const kinds =
      "deployments,services,secrets,serviceaccounts,roles,rolebindings,configmaps,endpoints,poddisruptionbudgets,networkpolicies,etcdclusters";
    const selector = "app.kubernetes.io/managed-by=trident-etcd";
    const names = await kubectl("get", kinds, "--selector", selector, "--output", "name");
    const wide = await kubectl("get", "clusterroles,clusterrolebindings", "--selector", selector, "--output", "name");
    const own = wide.split("\n").filter((name) => name.endsWith(`-${namespace}`));
    // Those of a Service are Kubernetes' own.
    const services = new Set(["endpoints/trident-etcd", "endpoints/trident-etcd-client"]);
    return [...names.split("\n"), ...own].filter((name) => name !== "" && !services.has(name));
  }

  async function tridentServes(): Promise<void> {
    await eventually("Trident is ready", async () => {
      return (await kubectl("get", "deployment/trident", "--output", "jsonpath={.status.readyReplicas}")) === "1";
    });
  }
});

async function kubectl(...words: string[]): Promise<string> {
  const all = ["--kubeconfig", kubeconfigPath, "--namespace", namespace, ...words];
  return (await run("kubectl", all, { maxBuffer: 2 ** 26 })).stdout;
}

function assertSucceeded(operation: Pick<Operation, "succeeded" | "printed"> | undefined): void {
  assert.ok(operation?.succeeded, operation?.printed);
}

function assertOnlyUpdates(operation: Operation): void {
  assertSucceeded(operation);
  const others = Object.keys(operation.changes).filter((change) => !["same", "update"].includes(change));
  assert.deepEqual(others, [], operation.printed);
}
