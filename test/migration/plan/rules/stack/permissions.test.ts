import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import type { Access } from "../../../../../migration/plan/read/cluster-reader.ts";
import type { FlowFinding } from "../../../../../migration/plan/flow/flow-finding.ts";
import {
  allOf,
  claimMarkAccess,
  clusterUidAccess,
  keyOf,
  neededPermissions,
  runOf,
} from "../../../../../migration/plan/read/permissions.ts";
import type { FoundObject } from "../../../../../migration/plan/read/stack-objects.ts";
import { crdObject } from "../../../../../migration/plan/rules/etcd/crd.ts";
import { etcdRules } from "../../../../../migration/plan/rules/etcd/destination.ts";
import { installerRoles } from "../../../../../migration/plan/rules/stack/installer-roles.ts";
import { checkPermissions } from "../../../../../migration/plan/rules/stack/permissions.ts";
import { planRequest } from "../../scene/plan-scene.ts";
import { told } from "../told.ts";

const request = planRequest({ namespace: "storage" });
const facts = {
  clusterUid: "uid-of-the-cluster",
  objects: [],
  flow: { flow: "install" as const, why: "" },
  apis: newestApis,
  makesNamespace: false,
};
const all = allOf(neededPermissions(runOf(request, facts.apis), etcdRules(request.destination).needs));

describe("the permissions", () => {
  it("to list the EtcdClusters of all namespaces is good to have, no more", () => {
    const wished = { verb: "list", group: "etcd.database.coreos.com", resource: "etcdclusters" };
    const { blockers, risks } = check([wished]);
    assert.deepEqual(blockers, []);
    assert.equal(risks.length, 1);
    assert.match(risks[0] ?? "", /may not list the EtcdClusters of all namespaces/);
    assert.deepEqual(
      all.filter((access) => keyOf(access) === keyOf(wished)),
      [],
    );
  });

  it("to mark the old claim is good to have, no more, and only where there is one to mark", () => {
    const mark = claimMarkAccess("storage");
    const { blockers, risks } = check([mark]);
    assert.deepEqual(blockers, []);
    assert.match(risks.join("\n"), /may not patch PersistentVolumeClaims.*gets no mark/);
    const install = { ...request, migrate: false };
    assert.deepEqual(told(checkPermissions(install, { ...facts, missing: [mark] }), "knowledge").risks, []);
  });

  it("that are all there block nothing", () => {
    assert.deepEqual(check([]), { blockers: [], risks: [] });
  });

  it("are each missed by name, and their remedy is the whole Role and ClusterRole", () => {
    const roles = installerRoles(all, "storage");
    for (const missing of all) {
      const { blockers } = check([missing]);
      const { verb, group, resource, namespace, name } = missing;
      const place = namespace === undefined ? "in the whole cluster" : "in namespace storage";
      const object = `${resource}${group === "" ? "" : `.${group}`}${name === undefined ? "" : ` ${name}`}`;
      assert.deepEqual(
        blockers.map(({ kind, message }) => [kind, message]),
        [["missingPermissions", `The user of the kubeconfig may not, ${place}: ${verb} ${object}.`]],
      );
      assert.ok(blockers[0]?.remedy.endsWith(`\n${roles}`));
    }
  });

  it("that are missing are named together, resources with the same verbs as one", () => {
    const namespace = "storage";
    const missing: Access[] = [
      { verb: "create", group: "", resource: "secrets", namespace },
      { verb: "patch", group: "", resource: "secrets", namespace },
      { verb: "create", group: "", resource: "configmaps", namespace },
      { verb: "patch", group: "", resource: "configmaps", namespace },
      { verb: "get", group: "", resource: "pods/portforward", namespace },
      clusterUidAccess,
    ];
    assert.equal(
      check(missing).blockers[0]?.message,
      "The user of the kubeconfig may not, in namespace storage: create, patch secrets, configmaps; get pods/portforward; " +
        "in the whole cluster: get namespaces kube-system.",
    );
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
    const missing = all.filter(({ resource }) => resource === "customresourcedefinitions");
    const foreign: FoundObject = { object: crdObject, path: "", served: { metadata: {} } };
    assert.match(messageOf(missing, []), /: create, get, patch customresourcedefinitions\S+ etcdclusters/);
    assert.match(messageOf(missing, [foreign]), /: get customresourcedefinitions\S+ etcdclusters\S+\.$/);
  });
});

describe("the permissions on Trident's roles", () => {
  const clusterRoles = all.filter(({ verb, resource }) => verb === "create" && resource === "clusterroles");
  const granted = all.filter(({ resource }) => resource === "storageclasses");
  const isMissed = (flow: FlowFinding, missing: readonly Access[]) =>
    checkPermissions(request, { ...facts, flow, missing }).blockers.length > 0;

  it("are not needed for an etcd alone, but to remove the Trident from it", () => {
    for (const [flow, needsRole, needsGrants] of [
      [{ flow: "install", why: "" }, true, true],
      [{ flow: "installEtcd", why: "" }, false, false],
      [{ flow: "etcdInstalled", why: "" }, false, false],
      [{ flow: "etcdInstalled", why: "", removesTrident: true }, true, false],
    ] as const) {
      assert.equal(isMissed(flow, clusterRoles), needsRole);
      assert.equal(isMissed(flow, granted), needsGrants);
    }
    assert.ok(clusterRoles.length > 0 && granted.length > 0);
  });
});

function check(missing: readonly Access[], objects: readonly FoundObject[] = []) {
  return told(checkPermissions(request, { ...facts, missing, objects }), "knowledge");
}

function messageOf(missing: readonly Access[], objects: readonly FoundObject[]): string {
  return check(missing, objects).blockers[0]?.message ?? "";
}
