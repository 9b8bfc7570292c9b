import assert from "node:assert/strict";
import { test } from "node:test";

import { withoutProxyTo } from "../../program/without-proxy.ts";

const proxy = { name: "HTTPS_PROXY", value: "http://proxy.example.com" };

test("adds the etcd's host to what no proxy is for, under each name that it has", () => {
  const env = [proxy, { name: "NO_PROXY", value: "192.0.2.0/24, .svc" }, { name: "no_proxy", value: "etcd-client" }];
  assert.deepEqual(withoutProxyTo("etcd-client", { env }).env, [
    proxy,
    { name: "NO_PROXY", value: "192.0.2.0/24,.svc,etcd-client" },
    { name: "no_proxy", value: "etcd-client" },
  ]);
  assert.deepEqual(withoutProxyTo("etcd-client", { env: [proxy] }).env, [
    proxy,
    { name: "NO_PROXY", value: "etcd-client" },
  ]);
});

test("changes nothing without a proxy, and nothing of a value that is kept elsewhere", () => {
  const reference = { name: "NO_PROXY", valueFrom: { configMapKeyRef: { name: "proxy", key: "none" } } };
  for (const pod of [{}, { env: [{ name: "A", value: "1" }] }, { env: [proxy, reference] }]) {
    assert.deepEqual(withoutProxyTo("etcd-client", pod), pod);
  }
});
