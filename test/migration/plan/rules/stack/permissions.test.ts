import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Access } from "../../../../../migration/plan/read/cluster-reader.ts";
import {
  judgePermissions,
  missingPermissions,
  neededPermissions,
  splitMissing,
} from "../../../../../migration/plan/rules/stack/permissions.ts";

const destination = { namespace: "storage", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };
const request = { namespace: "storage", destination };

describe("the permissions", () => {
  it("are asked for one by one, and those that are missing keep their order", async () => {
    const needed = neededPermissions({ ...request, migrate: true });
    const asked: string[] = [];
    const missing = await missingPermissions(
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
    const names = (migrate: boolean) => neededPermissions({ ...request, migrate }).map(nameOf);
    assert.ok(names(true).includes("update coordination.k8s.io/leases in storage"));
    assert.ok(!names(false).some((name) => /leases|create \/pods in/.test(name)));
    assert.ok(names(false).includes("create apiextensions.k8s.io/customresourcedefinitions"));
    // Members and Trident are asked whether they serve, and a destroy saves a snapshot, through port-forwards.
    for (const migrate of [true, false]) assert.ok(names(migrate).includes("get /pods/portforward in storage"));
  });

  it("to list the EtcdClusters of all namespaces is good to have, no more", () => {
    const needed = neededPermissions({ ...request, migrate: true });
    assert.deepEqual(splitMissing(needed).wished.map(nameOf), ["list etcd.database.coreos.com/etcdclusters"]);
    assert.equal(splitMissing(needed).needed.length, needed.length - 1);
    assert.ok(
      splitMissing(needed).needed.map(nameOf).includes("list etcd.database.coreos.com/etcdclusters in storage"),
    );
  });

  it("for an existing etcd have no operator's, and those for a pod only where one may be needed", () => {
    const endpoints = ["https://etcd:2379"];
    const names = (reach: "auto" | "direct") =>
      neededPermissions({
        namespace: "storage",
        migrate: false,
        destination: { namespace: "storage", endpoints, reach },
      }).map(nameOf);
    assert.ok(!names("auto").some((name) => /customresourcedefinitions|etcdclusters|networkpolicies/.test(name)));
    assert.ok(names("auto").includes("create /pods in storage"));
    assert.ok(names("auto").includes("get /pods/portforward in storage"));
    assert.ok(!names("direct").some((name) => /create \/pods in|delete \/pods/.test(name)));
  });

  it("that are all there block nothing", () => {
    assert.deepEqual(judgePermissions([], "storage"), []);
  });

  it("that are missing are named verb by verb, with a Role and a ClusterRole that grant them", () => {
    const namespace = "storage";
    const missing: Access[] = [
      { verb: "create", group: "", resource: "secrets", namespace },
      { verb: "patch", group: "", resource: "secrets", namespace },
      { verb: "create", group: "", resource: "configmaps", namespace },
      { verb: "patch", group: "", resource: "configmaps", namespace },
      { verb: "get", group: "", resource: "pods/portforward", namespace },
      { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
    ];
    assert.deepEqual(judgePermissions(missing, namespace), [
      {
        kind: "missingPermissions",
        object: "the user of the kubeconfig",
        message:
          "The user of the kubeconfig may not, in namespace storage: create, patch secrets, configmaps; get pods/portforward; " +
          "in the whole cluster: create clusterroles.rbac.authorization.k8s.io.",
        remedy: `Have an administrator apply this and bind it to the user, or choose another kubernetes:context.
---
# then: kubectl --namespace storage create rolebinding trident-etcd-installer --role=trident-etcd-installer --user=NAME
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: trident-etcd-installer, namespace: storage}
rules:
  - {apiGroups: [""], resources: [secrets, configmaps], verbs: [create, patch]}
  - {apiGroups: [""], resources: [pods/portforward], verbs: [get]}
---
# then: kubectl create clusterrolebinding trident-etcd-installer-storage --clusterrole=trident-etcd-installer-storage --user=NAME
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: trident-etcd-installer-storage}
rules:
  - {apiGroups: ["rbac.authorization.k8s.io"], resources: [clusterroles], verbs: [create]}`,
      },
    ]);
  });
});

function nameOf({ verb, group, resource, namespace }: Access): string {
  return `${verb} ${group}/${resource}${namespace === undefined ? "" : ` in ${namespace}`}`;
}
