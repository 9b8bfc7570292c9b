import assert from "node:assert/strict";
import { inspect } from "node:util";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { connectToCluster, type ClusterClient } from "../../../../migration/kubernetes/cluster-client.ts";
import type { Passage, Proxy } from "../../../proxy/passage.ts";
import { startSocksProxy } from "../../../proxy/socks-proxy.ts";
import { callBothWays } from "./call-both-ways.ts";
import { startSecureCluster, type SecureCluster } from "./secure-cluster.ts";

describe("plain calls and WebSockets through a SOCKS proxy", () => {
  let cluster: SecureCluster;
  let proxy: Proxy | undefined;

  before(async () => {
    cluster = await startSecureCluster();
  });
  after(() => cluster.stop());
  beforeEach(() => {
    cluster.received.length = 0;
  });
  afterEach(async () => {
    await proxy?.stop();
    proxy = undefined;
  });

  it("have the proxy look the name up, which this machine does not know", async () => {
    proxy = await startSocksProxy(passageFrom("cluster.example:6443"));
    await callBothWays(client("https://cluster.example:6443", proxy.url));
    assert.equal(proxy.tunnels.length, 2);
    assert.equal(cluster.received.length, 2);
  });

  it("expect the certificate of tls-server-name", async () => {
    proxy = await startSocksProxy(passageFrom("other.example:6443"));
    const right = { "tls-server-name": "cluster.example" };
    await callBothWays(client("https://other.example:6443", proxy.url, right));
    assert.equal(cluster.received.length, 2);
    const wrong = client("https://other.example:6443", proxy.url);
    await assert.rejects(wrong.core.readNamespace({ name: "n" }), /other\.example/);
  });

  it("give the proxy its password", async () => {
    proxy = await startSocksProxy(passageFrom("cluster.example:6443"), "p@ss");
    await callBothWays(client("https://cluster.example:6443", proxy.url.replace("p@ss", "p%40ss")));
    assert.equal(cluster.received.length, 2);
  });

  it("say that the proxy does not lead there, without its password", async () => {
    proxy = await startSocksProxy(passageFrom("cluster.example:6443"), "proxy-password");
    const elsewhere = client("https://elsewhere.example:6443", proxy.url);
    await assert.rejects(elsewhere.core.readNamespace({ name: "n" }), (error: Error) => {
      assert.match(error.message, /through the proxy socks5:\/\/127\.0\.0\.1:\d+, can't be reached: .*NotAllowed/);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /proxy-password/);
      return true;
    });
  });

  function passageFrom(from: string): Passage {
    return { from, to: { host: "127.0.0.1", port: cluster.port } };
  }

  function client(server: string, proxyUrl: string, change: object = {}): ClusterClient {
    const authority = cluster.authority.certificate.toString("base64");
    const there = { server, "certificate-authority-data": authority, "proxy-url": proxyUrl, ...change };
    return connectToCluster({
      kubeconfig: JSON.stringify({
        clusters: [{ name: "c", cluster: there }],
        users: [{ name: "u", user: { token: "t" } }],
        contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
        "current-context": "here",
      }),
    });
  }
});
