import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Access } from "../../../../../migration/plan/read/cluster-reader.ts";
import { clusterUidAccess, neededPermissions } from "../../../../../migration/plan/read/permissions.ts";
import type { FoundObject } from "../../../../../migration/plan/read/stack-objects.ts";
import { crdObject } from "../../../../../migration/plan/rules/etcd/crd.ts";
import { etcdRules } from "../../../../../migration/plan/rules/etcd/destination.ts";
import { checkPermissions } from "../../../../../migration/plan/rules/stack/permissions.ts";
import { told } from "../told.ts";

const destination = {
  kind: "managed" as const,
  namespace: "storage",
  etcdCluster: "trident-etcd",
  clientSecret: "etcd-client-tls",
};
const request = { namespace: "storage" };
const facts = { clusterUid: "uid-of-the-cluster", objects: [] };

describe("the permissions", () => {
  it("to list the EtcdClusters of all namespaces is good to have, no more", () => {
    const wished = { verb: "list", group: "etcd.database.coreos.com", resource: "etcdclusters" };
    const { blockers, risks } = check([wished]);
    assert.deepEqual(blockers, []);
    assert.equal(risks.length, 1);
    assert.match(risks[0] ?? "", /may not list the EtcdClusters of all namespaces/);
    const all = neededPermissions({ ...request, migrate: true }, etcdRules(destination).needs);
    const isWished = (access: Access) => nameOf(access) === nameOf(wished);
    assert.equal(all.filter(isWished).length, 1);
    assert.deepEqual(check(all).blockers, check(all.filter((access) => !isWished(access))).blockers);
    const inNamespace = { ...wished, namespace: "storage" };
    assert.match(check([inNamespace]).blockers[0]?.message ?? "", /in namespace storage: list etcdclusters\.etcd/);
  });

  it("that are all there block nothing", () => {
    assert.deepEqual(check([]), { blockers: [], risks: [] });
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
    assert.deepEqual(check(missing).blockers, [
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

  it("that nobody may ask for are a risk, and the cluster's uid, which is not there, is missing all the same", () => {
    const unasked = told(checkPermissions(request, { ...facts, missing: undefined }), "knowledge");
    assert.deepEqual(unasked.blockers, []);
    assert.match(unasked.risks[0] ?? "", /^Which permissions there are can't be asked/);
    for (const missing of [undefined, [], [clusterUidAccess]]) {
      const { blockers } = checkPermissions(request, { ...facts, missing, clusterUid: undefined });
      assert.match(blockers[0]?.message ?? "", /may not, in the whole cluster: get namespaces kube-system\.$/);
    }
  });

  it("to make, change or delete the CRD are not needed by whom uses somebody else's", () => {
    const access = (verb: string, resource: string) => ({ verb, group: "g", resource });
    const missing = [
      access("get", "customresourcedefinitions"),
      access("delete", "customresourcedefinitions"),
      access("delete", "pods"),
    ];
    const foreign: FoundObject = { object: crdObject, path: "", served: { metadata: {} } };
    assert.match(messageOf(missing, []), /get, delete customresourcedefinitions\.g; delete pods\.g\.$/);
    assert.match(messageOf(missing, [foreign]), /: get customresourcedefinitions\.g; delete pods\.g\.$/);
  });
});

function check(missing: readonly Access[], objects: readonly FoundObject[] = []) {
  return told(checkPermissions(request, { ...facts, missing, objects }), "knowledge");
}

function messageOf(missing: readonly Access[], objects: readonly FoundObject[]): string {
  return check(missing, objects).blockers[0]?.message ?? "";
}

function nameOf({ verb, group, resource, namespace }: Access): string {
  return `${verb} ${group}/${resource}${namespace === undefined ? "" : ` in ${namespace}`}`;
}
