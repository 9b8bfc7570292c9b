import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tridentServes } from "../../../../migration/blockers/etcd-alone-blockers.ts";
import { crdName } from "../../../../migration/destroy/crd.ts";
import { isServing } from "../../../../migration/plan/migration-plan.ts";
import type { FakePlanEnvironment } from "../scene/fake-plan-environment.ts";
import { smallState } from "../scene/fake-plan-environment.ts";
import { deploymentPath, emptyRecord, ours } from "../scene/places.ts";
import { planOf } from "../scene/plan-scene.ts";
import { migratedStack, recordedStack, withStackObjects } from "../scene/stacks.ts";

const alone = { migrate: false, trident: false };

function stopped(environment: FakePlanEnvironment): void {
  recordedStack(environment, smallState);
  const deployment = environment.objects.get(deploymentPath);
  environment.objects.set(deploymentPath, { ...deployment, spec: { ...(deployment?.spec as object), replicas: 0 } });
}

describe("an etcd alone", () => {
  it("is made where nothing is", async () => {
    const plan = await planOf(() => undefined, alone);
    assert.equal(plan.flow, "installEtcd");
    assert.deepEqual(plan.blockers, []);
    assert.deepEqual(
      plan.steps.map(({ what }) => what),
      ["Make the etcd-operator, the certificates and 3 etcd members"],
    );
    assert.ok(!plan.destroyRemoves.join().includes("trident-external-etcd"), plan.destroyRemoves.join());
    assert.deepEqual(
      plan.destroyKeeps.map(({ what }) => what.split(" ")[0]),
      ["namespace", "the", "CustomResourceDefinition", "the"],
    );
  });

  it("is made in a namespace that is made before, when that is asked for", async () => {
    const missing = (environment: FakePlanEnvironment) => (environment.hasNamespace = false);
    const plan = await planOf(missing, { ...alone, createNamespace: true });
    assert.deepEqual([plan.flow, plan.blockers, plan.makesNamespace], ["installEtcd", [], true]);
    assert.match(plan.steps[0]?.what ?? "", /^Make namespace trident$/);
    const there = await planOf(() => undefined, { ...alone, createNamespace: true });
    assert.deepEqual([there.makesNamespace, there.steps.length], [undefined, 1]);
    const denied = await planOf(
      (environment) => {
        missing(environment);
        environment.denied.add("create /namespaces");
      },
      { ...alone, createNamespace: true },
    );
    assert.match(denied.blockers[0]?.message ?? "", /in the whole cluster: create namespaces\.$/);
    const unasked = await planOf((environment) => environment.denied.add("create /namespaces"), alone);
    assert.deepEqual(unasked.blockers, []);
    const migration = await planOf(missing, { createNamespace: true });
    assert.deepEqual(
      migration.blockers.map(({ kind }) => kind),
      ["noLegacyTrident"],
    );
  });

  it("finds what is in the whole cluster before its namespace is made, too: another stack's CRD, and somebody else's objects", async () => {
    const crd = `CustomResourceDefinition/${crdName}`;
    const plan = await planOf(
      (environment) => {
        environment.hasNamespace = false;
        environment.objects.set("/version", { gitVersion: "v1.14.10" });
        environment.objects.set(`/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions/${crdName}`, {
          metadata: { annotations: { "trident-etcd/stack": "organization/project/another" }, ...ours },
        });
        environment.objects.set("/apis/rbac.authorization.k8s.io/v1/clusterroles/trident-external-etcd-trident", {
          metadata: { name: "trident-external-etcd-trident" },
        });
      },
      { migrate: false, createNamespace: true },
    );
    assert.equal(plan.crd, "existing");
    assert.match(plan.risks.join(), new RegExp(`${crd} was made by this program for another namespace`));
    assert.deepEqual(
      plan.blockers.map(({ kind, object }) => [kind, object]),
      [["foreignObject", "ClusterRole/trident-external-etcd-trident"]],
    );
  });

  it("is kept once it stands, and serves without a Trident", async () => {
    const plan = await planOf((environment) => {
      withStackObjects(environment.withEtcdCluster());
      environment.record = { ...emptyRecord, etcdClusterId: "2" };
    }, alone);
    assert.deepEqual([plan.flow, plan.serves, plan.steps, plan.blockers], ["etcdInstalled", true, [], []]);
    assert.ok(isServing(plan.flow));
  });

  it("is made beside an old Trident, with which it has nothing to do, and beside one that was uninstalled", async () => {
    const beside = await planOf((environment) => environment.withLegacy(), alone);
    assert.deepEqual([beside.flow, beside.blockers, beside.legacy], ["installEtcd", [], undefined]);
    assert.match(beside.why, /Deployment trident, which this program has not made, is left as it is$/);
    const kept = beside.destroyKeeps.find(({ what }) => what.startsWith("namespace trident"));
    assert.equal(kept?.neededBy?.name, "trident");
    const uninstalled = await planOf((environment) => environment.withClaimAlone(), alone);
    assert.deepEqual([uninstalled.flow, uninstalled.blockers], ["installEtcd", []]);
  });

  it("is nobody's second Trident", async () => {
    const plan = await planOf((environment) => {
      const metadata = { name: "trident", namespace: "storage", labels: { app: "trident.netapp.io" } };
      environment.objects.set("/apis/apps/v1/deployments?limit=500", { items: [{ metadata, spec: { replicas: 1 } }] });
    }, alone);
    assert.deepEqual([plan.blockers, plan.risks.filter((risk) => risk.includes("Trident"))], [[], []]);
  });

  it("does not take the stack's Trident away from those whom it serves", async () => {
    const plan = await planOf((environment) => {
      recordedStack(environment, smallState);
    }, alone);
    assert.deepEqual(plan.blockers, [tridentServes("trident", "trident")]);
    assert.deepEqual(plan.steps, []);
  });

  it("is what is left of a stack whose Trident was stopped, with its state", async () => {
    const plan = await planOf(stopped, alone);
    assert.deepEqual([plan.flow, plan.blockers], ["etcdInstalled", []]);
    assert.match(plan.steps[0]?.what ?? "", /^Delete Trident's Deployment trident, .*its state stays in the etcd$/);
    assert.equal(plan.steps.length, 1);
  });

  it("is not what a migration ends in, whether it has ended or not", async () => {
    const ended = await planOf(migratedStack, alone);
    assert.deepEqual(
      ended.blockers.map(({ kind }) => kind),
      ["migrationRecorded"],
    );
    const unfinished = await planOf((environment) => {
      environment.withLegacy();
      environment.record = { ...emptyRecord, phase: "stopped" };
    }, alone);
    assert.deepEqual(
      unfinished.blockers.map(({ kind }) => kind),
      ["migrationRecorded"],
    );
  });

  it("that has lost its state is no less lost than with a Trident", async () => {
    const plan = await planOf((environment) => {
      recordedStack(environment, {});
      environment.objects.delete(deploymentPath);
    }, alone);
    assert.deepEqual(
      plan.blockers.map(({ kind }) => kind),
      ["emptiedEtcd"],
    );
  });

  it("gets a Trident, which starts on what is in it", async () => {
    const plan = await planOf(
      (environment) => {
        recordedStack(environment, smallState);
        environment.objects.delete(deploymentPath);
      },
      { migrate: false },
    );
    assert.deepEqual([plan.flow, plan.blockers], ["install", []]);
    assert.match(plan.steps[0]?.what ?? "", /^Keep the etcd cluster as it is/);
    assert.match(plan.risks[0] ?? "", /holds 5 keys under \/trident\/ already: Trident starts on that state/);
  });

  it("is where an uninstalled Trident's state goes, or an old one's, when a migration is asked for", async () => {
    const plan = await planOf((environment) => environment.withLegacy().withEtcdCluster());
    assert.deepEqual([plan.flow, plan.blockers], ["migrate", []]);
  });
});
