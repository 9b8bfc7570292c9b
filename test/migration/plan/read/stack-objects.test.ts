import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { readStackObjects, stackObjects } from "../../../../migration/plan/read/stack-objects.ts";
import { etcdRules } from "../../../../migration/plan/rules/etcd/destination.ts";

const names = { namespace: "storage", record: "trident-etcd-migration" };
const own = {
  kind: "managed" as const,
  namespace: "storage",
  etcdCluster: "trident-etcd",
  clientSecret: "etcd-client-tls",
};
const served: ServedObject = { metadata: {} };

describe("the objects that a stack makes", () => {
  it("are looked for where they will stand", async () => {
    const found = await readStackObjects(
      {
        read: (path) =>
          Promise.resolve(path === "/api/v1/namespaces/storage/secrets/etcd-peer-tls" ? served : undefined),
        refusalOf: () => undefined,
      },
      stackObjects(names, etcdRules(own).places(newestApis)),
    );
    assert.deepEqual(
      found.filter(({ served }) => served !== undefined).map(({ object }) => object),
      ["Secret/etcd-peer-tls"],
    );
    assert.equal(new Set(found.map(({ path }) => path)).size, found.length);
  });

  it("with an existing etcd are Trident's and the Secrets for it", () => {
    const destination = {
      kind: "existing" as const,
      namespace: "storage",
      endpoints: ["https://etcd:2379"],
      clientSecret: "etcd-client-tls",
      credentialsSecret: "etcd-client-credentials",
    };
    const kinds = stackObjects(names, etcdRules(destination).places(newestApis)).map(({ object }) => object);
    assert.ok(kinds.includes("Secret/etcd-client-tls") && kinds.includes("Secret/etcd-client-credentials"));
    assert.ok(kinds.includes("ServiceAccount/trident-external-etcd"));
    assert.ok(!kinds.some((object) => /etcd-operator|EtcdCluster|CustomResource|Service\/|etcd-server/.test(object)));
  });
});
