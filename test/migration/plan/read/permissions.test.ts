import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Access } from "../../../../migration/plan/read/cluster-reader.ts";
import { neededPermissions, readMissingPermissions } from "../../../../migration/plan/read/permissions.ts";
import { etcdRules } from "../../../../migration/plan/rules/etcd/destination.ts";

const destination = {
  kind: "managed" as const,
  namespace: "storage",
  etcdCluster: "trident-etcd",
  clientSecret: "etcd-client-tls",
};
const { needs } = etcdRules(destination);
const namespace = "storage";

describe("the permissions", () => {
  it("are asked for one by one, and those that are missing keep their order", async () => {
    const needed = neededPermissions({ namespace, migrate: true }, needs);
    const asked: string[] = [];
    const missing = await readMissingPermissions(
      {
        allows: (access) => {
          asked.push(nameOf(access));
          return Promise.resolve(!(access.resource === "secrets" || access.verb === "watch"));
        },
      },
      needed,
    );
    assert.deepEqual([...asked].sort(), needed.map(nameOf).sort());
    assert.equal(new Set(asked).size, asked.length);
    assert.deepEqual(missing.slice(0, 5).map(nameOf), [
      "get /secrets in storage",
      "create /secrets in storage",
      "patch /secrets in storage",
      "delete /secrets in storage",
      "watch /pods in storage",
    ]);
  });

  it("that only a migration needs are not asked for an installation", () => {
    const names = (migrate: boolean) => neededPermissions({ namespace, migrate }, needs).map(nameOf);
    assert.ok(names(true).includes("update coordination.k8s.io/leases in storage"));
    assert.ok(!names(false).some((name) => /leases|create \/pods in/.test(name)));
    assert.ok(names(false).includes("create apiextensions.k8s.io/customresourcedefinitions"));
    // Members and Trident are asked whether they serve, and a destroy saves a snapshot, through port-forwards.
    for (const migrate of [true, false]) assert.ok(names(migrate).includes("get /pods/portforward in storage"));
  });

  it("for an existing etcd have no operator's, and those for a pod only where one may be needed", () => {
    const endpoints = ["https://etcd:2379"];
    const names = (reach: "auto" | "direct") =>
      neededPermissions(
        { namespace, migrate: false },
        etcdRules({ kind: "existing", namespace, endpoints, reach }).needs,
      ).map(nameOf);
    assert.ok(!names("auto").some((name) => /customresourcedefinitions|etcdclusters|networkpolicies/.test(name)));
    assert.ok(names("auto").includes("create /pods in storage"));
    assert.ok(names("auto").includes("get /pods/portforward in storage"));
    assert.ok(!names("direct").some((name) => /create \/pods in|delete \/pods/.test(name)));
  });
});

function nameOf({ verb, group, resource, namespace }: Access): string {
  return `${verb} ${group}/${resource}${namespace === undefined ? "" : ` in ${namespace}`}`;
}
