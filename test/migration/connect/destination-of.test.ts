import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { destinationOf } from "../../../migration/connect/destination-of.ts";

describe("a migration's destination", () => {
  it("is what its inputs say", () => {
    const destination = { namespace: "storage", endpoints: ["https://etcd:2379"], clientSecret: "etcd-client-tls" };
    assert.deepEqual(destinationOf({ namespace: "storage", destination }), destination);
  });

  it("is, for one that an older version made, the EtcdCluster that was named by itself", () => {
    const recorded = { namespace: "storage", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };
    assert.deepEqual(destinationOf(recorded), recorded);
  });

  it("that nothing names is an error, not a guess", () => {
    assert.throws(() => destinationOf({ namespace: "storage" }), /namespace storage has no destination/);
  });
});
