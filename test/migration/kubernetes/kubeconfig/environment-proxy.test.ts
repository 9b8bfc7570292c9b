import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { environmentProxy } from "../../../../migration/kubernetes/kubeconfig/environment-proxy.ts";

const proxy = "http://proxy.example.com:3128";

describe("the environment's proxy", () => {
  it("is HTTPS_PROXY for TLS and HTTP_PROXY without, in capitals first", () => {
    const environment = { HTTPS_PROXY: proxy, https_proxy: "http://other:1", http_proxy: "http://plain:2" };
    assert.equal(environmentProxy("https://k8s.example:6443", environment), proxy);
    assert.equal(environmentProxy("http://k8s.example", environment), "http://plain:2");
    assert.equal(environmentProxy("https://k8s.example", { HTTPS_PROXY: "", https_proxy: proxy }), proxy);
    assert.equal(environmentProxy("https://k8s.example", { HTTP_PROXY: proxy, ALL_PROXY: proxy }), undefined);
  });

  it("may be written without http://", () => {
    for (const [written, meant] of [
      ["proxy:3128", "http://proxy:3128"],
      ["10.0.0.9:3128", "http://10.0.0.9:3128"],
      ["socks5://proxy:1080", "socks5://proxy:1080"],
    ]) {
      assert.equal(environmentProxy("https://k8s.example", { HTTPS_PROXY: written }), meant);
    }
  });

  it("is never for this machine", () => {
    for (const server of [
      "https://localhost:6443",
      "https://127.0.0.1:6443",
      "https://127.8.0.1",
      "https://[::1]:6443",
    ]) {
      assert.equal(environmentProxy(server, { HTTPS_PROXY: proxy }), undefined);
    }
  });

  for (const [list, excepted, others] of [
    ["*", ["k8s.example", "10.0.0.1"], []],
    ["k8s.example", ["k8s.example", "api.k8s.example"], ["myk8s.example", "10.0.0.1"]],
    [".k8s.example", ["api.k8s.example"], ["k8s.example"]],
    ["*.k8s.example", ["api.k8s.example"], ["k8s.example"]],
    ["K8S.Example , other", ["k8s.example"], ["k8s.example.org"]],
    ["k8s.example:6443", ["k8s.example:6443", "api.k8s.example:6443"], ["k8s.example:8443", "k8s.example"]],
    ["k8s.example:443", ["k8s.example"], ["k8s.example:6443"]],
    ["10.0.0.0/8", ["10.1.2.3:6443"], ["11.0.0.1", "ten.example"]],
    ["10.0.0.1", ["10.0.0.1", "10.0.0.1:6443"], ["10.0.0.10"]],
    ["10.0.0.1:6443", ["10.0.0.1:6443"], ["10.0.0.1"]],
    ["fd00::/8", ["[fd00::1]:6443"], ["[fe80::1]", "10.0.0.1"]],
    ["FD00:0::1", ["[fd00::1]"], ["[fd00::2]"]],
    ["[fd00::1]:6443", ["[fd00::1]:6443"], ["[fd00::1]"]],
    [".1", [], ["10.0.0.1"]],
    ["10.0.0.0/99,,:6443,10.0.0.0/x", [], ["10.0.0.1:6443"]],
    ["bücher.example", ["xn--bcher-kva.example"], []],
  ] as const) {
    it(`is not for what NO_PROXY=${list} names`, () => {
      for (const name of ["NO_PROXY", "no_proxy"]) {
        const found = (host: string) => environmentProxy(`https://${host}`, { HTTPS_PROXY: proxy, [name]: list });
        assert.deepEqual(excepted.map(found), Array(excepted.length).fill(undefined));
        assert.deepEqual(others.map(found), Array(others.length).fill(proxy));
      }
    });
  }
});
