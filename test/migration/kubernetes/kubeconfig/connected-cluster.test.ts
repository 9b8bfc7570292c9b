import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { connectToCluster } from "../../../../migration/kubernetes/cluster-client.ts";
import { callBothWays, openWebSocket } from "./call-both-ways.ts";
import { startNamingProxy, startSecureCluster, type NamingProxy, type SecureCluster } from "./secure-cluster.ts";

const proxyVariables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

describe("plain calls and WebSockets to a cluster", () => {
  const environment = Object.fromEntries(proxyVariables.map((name) => [name, process.env[name]]));
  let cluster: SecureCluster;
  let proxy: NamingProxy;
  let folder: string;

  before(async () => {
    cluster = await startSecureCluster();
    proxy = await startNamingProxy(cluster.port);
    folder = await mkdtemp(join(tmpdir(), "connected-cluster-"));
  });
  after(async () => {
    await proxy.stop();
    await cluster.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    for (const name of proxyVariables) Reflect.deleteProperty(process.env, name);
    cluster.received.length = 0;
    proxy.asked.length = 0;
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(environment)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  function kubeconfig(user: object, change: object = {}): string {
    const authority = cluster.authority.certificate.toString("base64");
    const server = `https://127.0.0.1:${cluster.port}`;
    return JSON.stringify({
      clusters: [{ name: "c", cluster: { server, "certificate-authority-data": authority, ...change } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
      "current-context": "here",
    });
  }

  it("carry a user's token", async () => {
    await callBothWays(connectToCluster({ kubeconfig: kubeconfig({ token: "the-token" }) }));
    assert.deepEqual(sent("authorization"), [["Bearer the-token"], ["Bearer the-token"]]);
  });

  it("say who is impersonated: each group by itself, the uid, and the extra keys escaped", async () => {
    const user = {
      token: "the-token",
      as: "carol",
      "as-uid": "17",
      "as-groups": ["admins", "auditors"],
      "as-user-extra": { "example.com/reason": ["a test", "another"] },
    };
    await callBothWays(connectToCluster({ kubeconfig: kubeconfig(user) }));
    assert.deepEqual(sent("impersonate-user"), [["carol"], ["carol"]]);
    assert.deepEqual(sent("impersonate-uid"), [["17"], ["17"]]);
    assert.deepEqual(sent("impersonate-group"), [
      ["admins", "auditors"],
      ["admins", "auditors"],
    ]);
    assert.deepEqual(sent("impersonate-extra-example.com%2freason"), [
      ["a test", "another"],
      ["a test", "another"],
    ]);
  });

  it("carry what a tokenFile holds at that time, which counts before a token", async () => {
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "first\n");
    const client = connectToCluster({ kubeconfig: kubeconfig({ token: "old", tokenFile }) });
    await callBothWays(client);
    await writeFile(tokenFile, "second\n");
    await callBothWays(client);
    assert.deepEqual(sent("authorization").flat(), ["Bearer first", "Bearer first", "Bearer second", "Bearer second"]);
  });

  it("name a tokenFile that is gone", async () => {
    const client = connectToCluster({ kubeconfig: kubeconfig({ tokenFile: join(folder, "gone") }) });
    await assert.rejects(client.core.readNamespace({ name: "n" }), {
      name: "ClusterUnreachableError",
      message: /users\[0\]\.user\.tokenFile names a file that can't be read .*ENOENT.*gone/,
    });
  });

  it("go through the proxy of the kubeconfig, with the proxy's own password", async () => {
    const url = proxy.url.replace("//", "//me:proxy-password@");
    const away = { server: "https://cluster.example:6443", "proxy-url": url };
    await callBothWays(connectToCluster({ kubeconfig: kubeconfig({ token: "t" }, away) }));
    const authorization = `Basic ${Buffer.from("me:proxy-password").toString("base64")}`;
    assert.deepEqual(proxy.asked, Array(2).fill({ place: "cluster.example:6443", authorization }));
    assert.equal(cluster.received.length, 2);
  });

  for (const name of ["HTTPS_PROXY", "https_proxy"]) {
    it(`go through the proxy of ${name}, unless NO_PROXY names the cluster`, async () => {
      process.env[name] = proxy.url;
      const away = { server: "https://cluster.example:6443" };
      const client = connectToCluster({ kubeconfig: kubeconfig({ token: "t" }, away) });
      await callBothWays(client);
      assert.deepEqual(
        proxy.asked.map(({ place }) => place),
        ["cluster.example:6443", "cluster.example:6443"],
      );
      process.env.NO_PROXY = ".example";
      await assert.rejects(
        connectToCluster({ kubeconfig: kubeconfig({ token: "t" }, away) }).core.readNamespace({ name: "n" }),
      );
      assert.equal(proxy.asked.length, 2);
    });
  }

  it("that a proxy refuses name it, without its password", async () => {
    const refusing = await startNamingProxy(cluster.port, "407 Proxy Authentication Required");
    process.env.HTTPS_PROXY = refusing.url.replace("//", "//me:proxy-password@");
    const client = connectToCluster({ kubeconfig: kubeconfig({}, { server: "https://cluster.example:6443" }) });
    try {
      await assert.rejects(
        client.core.readNamespace({ name: "n" }),
        ({ message }: Error) =>
          message.includes(`through the proxy ${refusing.url}`) &&
          message.includes("407") &&
          !message.includes("proxy-password"),
      );
      const failure = (await openWebSocket(client)) ?? "";
      assert.match(failure, /pod p: through the proxy http:\/\/127\.0\.0\.1:\d+: .*407/);
      assert.doesNotMatch(failure, /proxy-password/);
    } finally {
      await refusing.stop();
    }
  });

  it("expect the certificate of tls-server-name", async () => {
    const right = kubeconfig({}, { "tls-server-name": "cluster.example" });
    await callBothWays(connectToCluster({ kubeconfig: right }));
    assert.equal(cluster.received.length, 2);
    const wrong = connectToCluster({ kubeconfig: kubeconfig({}, { "tls-server-name": "other.example" }) });
    await assert.rejects(wrong.core.readNamespace({ name: "n" }), /other\.example/);
    assert.match((await openWebSocket(wrong)) ?? "", /other\.example/);
  });

  it("trust any certificate with insecure-skip-tls-verify alone, and none without an authority", async () => {
    const none = { "certificate-authority-data": "" };
    const insecure = { ...none, "insecure-skip-tls-verify": true };
    await callBothWays(connectToCluster({ kubeconfig: kubeconfig({}, insecure) }));
    assert.equal(cluster.received.length, 2);
    const strict = connectToCluster({ kubeconfig: kubeconfig({}, none) });
    await assert.rejects(strict.core.readNamespace({ name: "n" }), /certificate/);
  });

  it("take a certificate's path from the folder of the kubeconfig", async () => {
    await writeFile(join(folder, "ca.crt"), cluster.authority.certificate);
    const path = join(folder, "config");
    const relative = { "certificate-authority-data": "", "certificate-authority": "ca.crt" };
    await writeFile(path, kubeconfig({ token: "t" }, relative));
    await callBothWays(connectToCluster({ kubeconfig: path }));
    assert.equal(cluster.received.length, 2);
  });

  it("carry what a credential plugin gives, which is found from the kubeconfig's folder and told of the cluster", async () => {
    const credential = `{"kind":"ExecCredential","status":{"token":"from-the-plugin"}}`;
    const script = `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" > "$TOLD"\necho '${credential}'\n`;
    await writeFile(join(folder, "plugin"), script);
    await chmod(join(folder, "plugin"), 0o755);
    const path = join(folder, "config");
    const told = join(folder, "told");
    const apiVersion = "client.authentication.k8s.io/v1";
    const env = [{ name: "TOLD", value: told }];
    const exec = { apiVersion, command: "./plugin", env, provideClusterInfo: true, interactiveMode: "IfAvailable" };
    await writeFile(path, kubeconfig({ exec }));
    await callBothWays(connectToCluster({ kubeconfig: path }));
    assert.deepEqual(sent("authorization").flat(), ["Bearer from-the-plugin", "Bearer from-the-plugin"]);
    const info = JSON.parse(await readFile(told, "utf8")) as { apiVersion: string; spec: { cluster: object } };
    assert.equal(info.apiVersion, apiVersion);
    assert.equal(new Map(Object.entries(info.spec.cluster)).get("server"), `https://127.0.0.1:${cluster.port}`);
  });

  it("carry a new token of a credential plugin once the last one has expired, and not before", async () => {
    const plugin = join(folder, "renewing-plugin");
    const given = join(folder, "given");
    await writeFile(plugin, `#!/bin/sh\ncat ${given}\n`);
    await chmod(plugin, 0o755);
    const give = (token: string, expires: Date): Promise<void> => {
      const status = { token, expirationTimestamp: expires.toISOString() };
      return writeFile(given, JSON.stringify({ kind: "ExecCredential", status }));
    };
    const later = new Date(Date.now() + 3_600_000);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: plugin };
    const client = connectToCluster({ kubeconfig: kubeconfig({ exec }) });
    await give("expired", new Date(Date.now() - 1000));
    await callBothWays(client);
    await give("new", later);
    await callBothWays(client);
    await give("not needed", later);
    await callBothWays(client);
    const tokens = ["expired", "expired", "new", "new", "new", "new"];
    assert.deepEqual(
      sent("authorization").flat(),
      tokens.map((token) => `Bearer ${token}`),
    );
  });

  for (const [what, script] of [
    ["fails", "echo secret-output; echo secret-output >&2; exit 3"],
    ["prints no credential", "echo '{secret-output'"],
  ] as const) {
    it(`say that a credential plugin ${what}, and nothing of what it prints`, async () => {
      const plugin = join(folder, "failing-plugin");
      await writeFile(plugin, `#!/bin/sh\n${script}\n`);
      await chmod(plugin, 0o755);
      const exec = { apiVersion: "client.authentication.k8s.io/v1", command: plugin, args: ["--secret-argument"] };
      const client = connectToCluster({ kubeconfig: kubeconfig({ exec }) });
      const failures = [
        await client.core.readNamespace({ name: "n" }).then(String, (error: unknown) => (error as Error).message),
        (await openWebSocket(client)) ?? "",
      ];
      for (const failure of failures) {
        assert.match(failure, /credential plugin .*failing-plugin gives no credentials.*kubectl get namespaces/);
        assert.doesNotMatch(failure, /secret/);
      }
    });
  }

  it("say that a credential plugin is not there", async () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-plugin" };
    await assert.rejects(
      connectToCluster({ kubeconfig: kubeconfig({ exec }) }).core.readNamespace({ name: "n" }),
      /credential plugin no-such-plugin is not there.*install it/,
    );
  });

  /** Of each request, in order: the values of one header. */
  function sent(header: string): string[][] {
    return cluster.received.map((request) => request.values(header));
  }
});
