import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { installLegacyTrident } from "../../sandbox/legacy-trident/install-legacy-trident.ts";
import { readTridentLists } from "../../sandbox/legacy-trident/read-trident-lists.ts";
import { kubeconfigPath } from "../../sandbox/sandbox-paths.ts";
import { startConnectProxy } from "../proxy/connect-proxy.ts";
import type { Passage, Proxy } from "../proxy/passage.ts";
import { startSocksProxy } from "../proxy/socks-proxy.ts";
import { createTestStack, type TestStack } from "./pulumi-stack.ts";
import { keysOfSnapshot, savedSnapshot } from "./saved-snapshot.ts";
import { connectSandbox, deleteNamespace, podNames } from "./sandbox-cluster.ts";

const namespace = "e2e-behind-a-proxy";
/** A name that no DNS answers (RFC 6761): whoever does not ask the proxy reaches nothing. */
const unknownPlace = "api.invalid:6443";
const password = `proxy-${randomBytes(12).toString("hex")}`;

describe("a cluster that only a proxy leads to", () => {
  const cluster = connectSandbox();
  let folder: string;
  let passage: Passage;
  let proxy: Proxy;
  let stack: TestStack;
  let printed = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "behind-a-proxy-"));
    const { hostname: host, port } = new URL(cluster.kubeconfig.getCurrentCluster()?.server ?? "");
    passage = { from: unknownPlace, to: { host, port: Number(port) } };
    proxy = await startConnectProxy(passage, password);
    const backendPassword = `password-${randomBytes(12).toString("hex")}`;
    await installLegacyTrident({ kubeconfig: kubeconfigPath, namespace, volumes: 20, backendPassword }, console.log);
    stack = await createTestStack("e2e-behind-a-proxy", { namespace, migrate: "true", etcdClusterSize: "1" });
  });

  after(async () => {
    await stack.destroy();
    await stack.forget();
    await deleteNamespace(cluster, namespace);
    await proxy.stop();
    await rm(folder, { recursive: true });
  });

  const ways = {
    none: async () => ({ KUBECONFIG: await kubeconfig() }),
    HTTPS_PROXY: async () => ({ KUBECONFIG: await kubeconfig(), HTTPS_PROXY: proxy.url }),
    "proxy-url": async () => ({ KUBECONFIG: await kubeconfig(proxy.url), HTTPS_PROXY: "http://127.0.0.1:1" }),
  };

  it("is not reached without it", async () => {
    const preview = await pulumi("preview", "none");
    assert.ok(!preview.succeeded, preview.printed);
    assert.match(preview.printed, /api\.invalid/);
    assert.deepEqual(proxy.tunnels, []);
  });

  it("is reached neither where NO_PROXY names it", async () => {
    const environment = { ...(await ways.HTTPS_PROXY()), NO_PROXY: ".invalid" };
    const preview = await stack.command(["preview"], environment);
    assert.ok(!preview.succeeded, preview.printed);
    assert.deepEqual(proxy.tunnels, []);
  });

  it("is previewed and migrated by HTTPS_PROXY", async () => {
    const before = await readTridentLists({ kubeconfig: kubeconfigPath, namespace });
    assertSucceeded(await pulumi("preview", "HTTPS_PROXY"));
    assertSucceeded(await pulumi("up", "HTTPS_PROXY"));
    assertBothWentThrough();
    assert.deepEqual(await readTridentLists({ kubeconfig: kubeconfigPath, namespace }), before);
  });

  it("is the same cluster by proxy-url, which counts before HTTPS_PROXY: nothing is to be changed", async () => {
    assertSucceeded(await stack.command(["preview", "--expect-no-changes"], await ways["proxy-url"]()));
  });

  it("is rolled back by proxy-url, and migrated once more", async () => {
    const before = await readTridentLists({ kubeconfig: kubeconfigPath, namespace });
    await stack.configure({ rollback: "true" });
    assertSucceeded(await pulumi("up", "proxy-url"));
    assertBothWentThrough();
    assert.deepEqual(await readTridentLists({ kubeconfig: kubeconfigPath, namespace }), before);
    await stack.configure({ rollback: "false" });
    assertSucceeded(await pulumi("up", "proxy-url"));
  });

  it("is previewed through a SOCKS proxy of proxy-url, which alone knows the name", async () => {
    const bastion = await startSocksProxy(passage);
    try {
      const preview = await stack.command(["preview"], { KUBECONFIG: await kubeconfig(bastion.url) });
      assertSucceeded(preview);
      assert.notDeepEqual(bastion.tunnels, []);
      assert.deepEqual(bastion.refused, []);
    } finally {
      await bastion.stop();
    }
  });

  it("is left by a destroy with the last snapshot", async () => {
    const destroy = await pulumi("destroy", "proxy-url");
    assertSucceeded(destroy);
    assertBothWentThrough();
    const keys = await keysOfSnapshot(savedSnapshot(destroy));
    assert.ok([...keys.keys()].some((key) => key.startsWith("/trident/v1/volume/")));
    assert.deepEqual(await podNames(cluster, namespace, "app=etcd"), []);
  });

  it("was asked for nothing else through it, and its password is neither printed nor in the state", async () => {
    assert.deepEqual(proxy.refused, []);
    assert.ok(!printed.includes(password), "the proxy's password was printed");
    const state = await stack.exportState({ showSecrets: true });
    assert.ok(!state.includes(password), "the proxy's password is in the state");
  });

  async function pulumi(command: "preview" | "up" | "destroy", way: keyof typeof ways) {
    proxy.tunnels.length = 0;
    const yes = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const operation = await stack.command([command, ...yes], await ways[way]());
    printed += operation.printed;
    return operation;
  }

  /** Go's library says who it is, client-node does not. */
  function assertBothWentThrough(): void {
    const ofProvider = proxy.tunnels.filter((agent) => agent.startsWith("Go-http-client"));
    assert.notEqual(ofProvider.length, 0, "Pulumi's Kubernetes provider came by another way");
    assert.ok(ofProvider.length < proxy.tunnels.length, "the program itself came by another way");
  }

  async function kubeconfig(proxyUrl?: string): Promise<string> {
    const whole = JSON.parse(cluster.kubeconfig.exportConfig()) as { clusters: { cluster: object }[] };
    for (const each of whole.clusters) {
      const there = { server: `https://${unknownPlace}`, "tls-server-name": "kubernetes.default.svc" };
      each.cluster = { ...each.cluster, ...there, ...(proxyUrl === undefined ? {} : { "proxy-url": proxyUrl }) };
    }
    const path = join(folder, randomBytes(6).toString("hex"));
    await writeFile(path, JSON.stringify(whole));
    return path;
  }
});

function assertSucceeded({ succeeded, printed }: { readonly succeeded: boolean; readonly printed: string }): void {
  assert.ok(succeeded, printed);
}
