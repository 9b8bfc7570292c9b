import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Container } from "@kubernetes/client-node";
import { clientPortOf } from "../../../../migration/trident/legacy/etcd-client-port.ts";

describe("the port of the embedded etcd", () => {
  const cases: [what: string, container: Partial<V1Container>, port: number][] = [
    ["is Trident's own when nothing is said", { args: ["-name", "etcd1"] }, 8001],
    ["comes from a flag with one dash", { args: ["-listen-client-urls", "http://127.0.0.1:9001"] }, 9001],
    [
      "comes from a flag with two dashes and an equals sign",
      { args: ["--listen-client-urls=http://0.0.0.0:9002"] },
      9002,
    ],
    ["comes from a flag in the command", { command: ["etcd", "-listen-client-urls", "http://localhost:9003"] }, 9003],
    [
      "comes from the environment",
      { env: [{ name: "ETCD_LISTEN_CLIENT_URLS", value: "http://127.0.0.1:9004" }] },
      9004,
    ],
    [
      "is that of the URL which the pod itself can reach",
      { args: ["-listen-client-urls", "http://10.0.0.1:2379,http://127.0.0.1:9005"] },
      9005,
    ],
  ];
  for (const [what, container, port] of cases) {
    it(what, () => {
      assert.equal(clientPortOf({ name: "etcd", ...container }), port);
    });
  }

  it("is refused when it can't be reached in plaintext from the pod", () => {
    for (const url of ["https://127.0.0.1:2379", "http://10.0.0.1:2379"]) {
      assert.throws(() => clientPortOf({ name: "etcd", args: ["-listen-client-urls", url] }), {
        name: "LegacyEtcdFlagsError",
      });
    }
  });
});
