import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EndpointUrlError, parseEndpointUrl } from "../../../migration/connect/endpoint-url.ts";

describe("an endpoint's URL", () => {
  for (const [text, host, port] of [
    ["https://etcd.example.com:2379", "etcd.example.com", 2379],
    ["https://etcd.example.com", "etcd.example.com", 2379],
    ["https://etcd.example.com:443", "etcd.example.com", 443],
    ["http://10.0.0.1:80/", "10.0.0.1", 80],
    ["https://[fd00::1]:4001", "fd00::1", 4001],
  ] as const) {
    it(`${text} leads to port ${port} of ${host}`, () => {
      const parsed = parseEndpointUrl(text);
      assert.deepEqual([parsed.host, parsed.port], [host, port]);
      assert.deepEqual(parseEndpointUrl(parsed.url), parsed);
    });
  }

  for (const text of [
    "etcd.example.com:2379",
    "ftp://etcd:2379",
    "https://",
    "https://etcd:2379/v3",
    "https://a:2379?b",
  ]) {
    it(`is refused when it is ${text}`, () => {
      assert.throws(() => parseEndpointUrl(text), EndpointUrlError);
    });
  }

  it("with a password is refused without showing it", () => {
    assert.throws(
      () => parseEndpointUrl("https://root:sesame@etcd:2379"),
      (error: Error) => error instanceof EndpointUrlError && !error.message.includes("sesame"),
    );
  });
});
