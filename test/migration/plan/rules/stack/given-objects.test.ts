import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { load, loadAll } from "js-yaml";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import { neededPermissions, runOf } from "../../../../../migration/plan/read/permissions.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import type { MigrationPlan } from "../../../../../migration/plan/migration-plan.ts";
import { etcdRules } from "../../../../../migration/plan/rules/etcd/destination.ts";
import { tridentClusterRole } from "../../../../../migration/plan/rules/stack/given-objects.ts";
import type { FakePlanEnvironment } from "../../scene/fake-plan-environment.ts";
import { planOf, planRequest } from "../../scene/plan-scene.ts";

const settings = { migrate: false, tridentClusterRole: "existing", etcdClusterCrd: "existing" } as const;
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const rolePath = `${rbac}/clusterroles/trident-etcd-trident-trident`;
const bindingPath = `${rbac}/clusterrolebindings/trident-etcd-trident-trident`;
const [role, binding] = loadAll(tridentClusterRole("trident")) as [ServedObject, ServedObject];

/** With all that an administrator is to have made. */
function given(environment: FakePlanEnvironment): void {
  environment.objects.set("/apis/etcd.database.coreos.com/v1beta2", {});
  environment.objects.set(rolePath, role);
  environment.objects.set(bindingPath, binding);
}

function messagesOf({ blockers }: MigrationPlan): string[] {
  return blockers.filter(({ kind }) => kind === "givenObjectMissing").map(({ message }) => message);
}

describe("what somebody else makes for the whole cluster", () => {
  it("takes an installer no rights there, but to know the cluster", () => {
    const request = planRequest(settings);
    const needed = neededPermissions(runOf(request, newestApis), etcdRules(request.destination).needs);
    const inCluster = [...needed.used, ...needed.granted.flatMap(({ accesses }) => accesses)].filter(
      ({ namespace }) => namespace === undefined,
    );
    assert.deepEqual(inCluster, [{ verb: "get", group: "", resource: "namespaces", name: "kube-system" }]);
  });

  it("blocks nothing where it is as it was printed", async () => {
    const plan = await planOf(given, settings);
    assert.deepEqual(plan.blockers, []);
    assert.equal(plan.crd, "unseen");
  });

  it("is asked for where it is not there, with what an administrator is to apply", async () => {
    const plan = await planOf(() => undefined, settings);
    assert.deepEqual(messagesOf(plan), [
      "Somebody else is to make the CustomResourceDefinition of EtcdCluster, and this cluster has none.",
      "Somebody else is to grant Trident what it needs in the whole cluster, and there is no ClusterRole trident-etcd-trident-trident, and " +
        "there is no ClusterRoleBinding trident-etcd-trident-trident.",
    ]);
    const { remedy = "" } = plan.blockers.find(({ object }) => object.startsWith("ClusterRole/")) ?? {};
    assert.ok(remedy.endsWith(tridentClusterRole("trident")));
  });

  it("blocks where it grants less, or somebody else", async () => {
    const { rules } = load(tridentClusterRole("trident").split("---")[1] ?? "") as { rules: { verbs: string[] }[] };
    const less = rules.map((rule, index) => (index === 0 ? { ...rule, verbs: ["get"] } : rule));
    const plan = await planOf((environment) => {
      given(environment);
      environment.objects.set(rolePath, { ...role, rules: less });
      environment.objects.set(bindingPath, { ...binding, subjects: [] });
    }, settings);
    assert.match(messagesOf(plan)[0] ?? "", /does not: list persistentvolumes, watch .* does not bind ClusterRole/);
    const more = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
    const withMore = await planOf((environment) => {
      given(environment);
      environment.objects.set(rolePath, { ...role, rules: more });
    }, settings);
    assert.deepEqual(messagesOf(withMore), []);
  });

  it("is a risk where it may not be looked at", async () => {
    const plan = await planOf((environment) => {
      given(environment);
      for (const path of [rolePath, bindingPath]) environment.forbidden.add(path);
    }, settings);
    assert.deepEqual(messagesOf(plan), []);
    assert.ok(
      plan.risks.some((risk) => /ClusterRole \S+ and ClusterRoleBinding \S+ grant Trident what it needs/.test(risk)),
    );
  });

  it("is not asked for where the stack makes it", async () => {
    assert.deepEqual(messagesOf(await planOf(() => undefined, { migrate: false })), []);
  });
});
