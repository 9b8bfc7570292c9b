import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import type { Access } from "../../../../migration/plan/read/cluster-reader.ts";
import { allOf, neededPermissions, runOf, type Run } from "../../../../migration/plan/read/permissions.ts";
import { etcdRules } from "../../../../migration/plan/rules/etcd/destination.ts";
import { existingEtcd, planRequest } from "../scene/plan-scene.ts";

const { destination } = planRequest();

describe("the permissions", () => {
  it("that only a migration needs are not asked for an installation, but for what its etcd-operator may do", () => {
    const [migration, installation] = [names({ migrate: true }), names({ migrate: false })];
    for (const name of ["update leases.coordination.k8s.io", "get pods/log", "patch replicasets.apps"]) {
      assert.ok(migration.includes(`${name} in trident`), name);
      assert.ok(!installation.includes(`${name} in trident`), name);
    }
    assert.ok(installation.includes("patch pods in trident"));
    // Members and Trident are asked whether they serve, and a destroy saves a snapshot, through port-forwards.
    for (const all of [migration, installation]) assert.ok(all.includes("get pods/portforward in trident"));
  });

  it("for a restore are those of a migration, with commands in a pod where a claim is read", () => {
    const ofRestore = (restoreFrom: string, change = {}) =>
      names(runOf(planRequest({ migrate: false, restoreFrom, ...change }), newestApis));
    const exec = "create pods/exec in trident";
    for (const from of ["a.db", "member", "legacyClaim", "claim:newest"]) {
      assert.ok(ofRestore(from).includes("update leases.coordination.k8s.io in trident"), from);
      assert.equal(ofRestore(from).includes(exec), from === "claim:newest", from);
    }
    assert.ok(ofRestore("member", { memberStorage: { size: "4Gi", storageClass: "" } }).includes(exec));
  });

  it("for what belongs to the whole cluster are for the objects of their names alone, but to list and watch their kinds", () => {
    const inCluster = names({ makesClusterRole: true }).filter((name) => !name.includes(" in "));
    const unnamed = inCluster.filter(
      (name) => /clusterrole|customresource|namespaces/.test(name) && !name.includes(":"),
    );
    assert.deepEqual(unnamed, [
      "list clusterroles.rbac.authorization.k8s.io",
      "watch clusterroles.rbac.authorization.k8s.io",
      "list clusterrolebindings.rbac.authorization.k8s.io",
      "watch clusterrolebindings.rbac.authorization.k8s.io",
    ]);
    for (const name of [
      "create clusterroles.rbac.authorization.k8s.io: trident-external-etcd-trident",
      "patch customresourcedefinitions.apiextensions.k8s.io: etcdclusters.etcd.database.coreos.com",
      "get namespaces: kube-system",
    ]) {
      assert.ok(inCluster.includes(name), name);
    }
  });

  it("to create them have no name where objects are made by POST, as before Kubernetes 1.16", () => {
    const created = (serverSideApply: boolean) =>
      names(runOf(planRequest(), { serverSideApply })).filter((name) =>
        /create (clusterroles|customresource)/.test(name),
      );
    assert.deepEqual(created(false), [
      "create clusterroles.rbac.authorization.k8s.io",
      "create customresourcedefinitions.apiextensions.k8s.io",
    ]);
    assert.ok(created(true).every(hasName));
  });

  it("to make, change or delete the CRD are not needed by whom uses somebody else's", () => {
    const ofCrd = names({ crd: "existing" }).filter((name) => name.includes("customresourcedefinitions"));
    assert.deepEqual(ofCrd, [
      "get customresourcedefinitions.apiextensions.k8s.io: etcdclusters.etcd.database.coreos.com",
    ]);
  });

  it("have all that the roles grant that are made, since Kubernetes takes them of nobody who has less", () => {
    const all = names({ securityContextConstraint: "anyuid" });
    for (const name of [
      "update etcdclusters.etcd.database.coreos.com in trident",
      "update endpoints in trident: etcd-operator",
      "use securitycontextconstraints.security.openshift.io in trident: anyuid",
      "update persistentvolumes",
      "patch events",
    ]) {
      assert.ok(all.includes(name), name);
    }
    // What is granted of one object is needed of all already.
    assert.ok(!all.includes("get endpoints in trident: etcd-operator"));
  });

  it("are each named once", () => {
    for (const migrate of [true, false]) assert.equal(new Set(names({ migrate })).size, names({ migrate }).length);
  });

  it("grant claims to the etcd-operator only where members keep their data on them", () => {
    const claims = (change: Partial<Run>) =>
      names({ migrate: false, makesTrident: false, ...change }).filter((name) =>
        /^(create|delete) persistentvolumeclaims /.test(name),
      );
    assert.deepEqual(claims({}), []);
    assert.deepEqual(claims({ makesMemberClaims: true }), [
      "create persistentvolumeclaims in trident",
      "delete persistentvolumeclaims in trident",
    ]);
    const memberStorage = { size: "4Gi", storageClass: "" };
    assert.equal(runOf(planRequest({ memberStorage }), newestApis).makesMemberClaims, true);
  });

  it("for snapshots by schedule are asked for only where there is a schedule, and for a claim only where it is made", () => {
    const snapshots = { schedule: "17 * * * *", keep: 14, keepDays: 30, storageSize: "10Gi", storageClass: "" };
    const more = (change: Partial<Run>): string[] => {
      const usual = names({});
      return names(change).filter((name) => !usual.includes(name));
    };
    const cronJobs = ["get", "list", "watch", "create", "patch", "delete"].map(
      (verb) => `${verb} cronjobs.batch in trident`,
    );
    const made = runOf(planRequest({ snapshots }), newestApis);
    assert.deepEqual(more(made), [...cronJobs, "create persistentvolumeclaims in trident"]);
    assert.deepEqual(more(runOf(planRequest({ snapshots: { ...snapshots, claim: "mine" } }), newestApis)), cronJobs);
    assert.equal(runOf(planRequest({ snapshots, ...existingEtcd() }), newestApis).snapshots, undefined);
  });

  it("for an existing etcd have no operator's, and those for the pod that pulls Trident's image", () => {
    const ofExisting = names({ migrate: false }, existingEtcd().destination);
    const operators = /customresourcedefinitions|etcdclusters|networkpolicies|endpoints|services/;
    assert.deepEqual(
      ofExisting.filter((name) => operators.test(name)),
      [],
    );
    assert.ok(ofExisting.includes("create pods in trident"));
    assert.ok(ofExisting.includes("get pods/portforward in trident"));
  });
});

function names(change: Partial<Run>, etcd = destination): string[] {
  const run = { ...runOf(planRequest(), newestApis), ...change };
  return allOf(neededPermissions(run, etcdRules(etcd).needs)).map(nameOf);
}

/** `create pods.GROUP in NAMESPACE: NAME` */
function nameOf({ verb, group, resource, namespace, name }: Access): string {
  const place = namespace === undefined ? "" : ` in ${namespace}`;
  return `${verb} ${resource}${group === "" ? "" : `.${group}`}${place}${name === undefined ? "" : `: ${name}`}`;
}

function hasName(text: string): boolean {
  return text.includes(": ");
}
