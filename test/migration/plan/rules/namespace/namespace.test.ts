import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Deployment } from "@kubernetes/client-node";
import { ClusterRequestError } from "../../../../../migration/kubernetes/errors.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import type { PlanRequest } from "../../../../../migration/plan/plan-request.ts";
import type { FakePlanEnvironment } from "../../scene/fake-plan-environment.ts";
import { deploymentPath, ours } from "../../scene/places.ts";
import { planOf, type Arrange } from "../../scene/plan-scene.ts";
import { stackPods } from "../../scene/pods.ts";

const quotas = "/api/v1/namespaces/trident/resourcequotas";
const operator = "/apis/apps/v1/namespaces/trident/deployments/etcd-operator";

function withQuota(hard: Record<string, string>, used: Record<string, string> = {}): Arrange {
  return (environment) => environment.lists.set(quotas, [{ metadata: { name: "compute" }, status: { hard, used } }]);
}

async function found(arrange: Arrange, change: Partial<PlanRequest> = {}) {
  const { blockers, risks } = await planOf(arrange, { stackPods, ...change });
  return { blockers: blockers.map(({ kind, message }) => `${kind}: ${message}`), risks };
}

function refusing(said: string, ...names: string[]) {
  return (environment: FakePlanEnvironment) => {
    environment.dryRun = (path, object) =>
      names.some((name) => JSON.stringify(object).includes(name))
        ? new ClusterRequestError({ method: "POST", path }, 403, `pods "x" is forbidden: ${said}`)
        : object;
  };
}

const install = { migrate: false };

describe("a plan for a namespace that says no", () => {
  it("is blocked by a quota that the installation would exceed, with the numbers", async () => {
    const { blockers } = await found(withQuota({ pods: "3" }, { pods: "0" }), install);
    assert.equal(blockers.length, 1);
    assert.match(blockers[0] ?? "", /quotaExceeded: .*pods: 5 more where 3 is allowed and 0 used/);
  });

  it("counts what is there already: members by their pods, a Deployment by its pods", async () => {
    const arrange = (environment: FakePlanEnvironment) => {
      environment.withEtcdCluster();
      environment.objects.set(operator, { metadata: ours, status: { replicas: 1 } });
      withQuota({ pods: "4" }, { pods: "4" })(environment);
    };
    const { blockers } = await found(arrange, install);
    assert.match(
      blockers[0] ?? "",
      /pods: 1 more where 4 is allowed and 4 used \(the pods that come are 1 new Trident\)/,
    );
  });

  it("counts the old Trident as gone by the time the new one and the pod on its claim are there", async () => {
    const legacy = (quota: Arrange) => (environment: FakePlanEnvironment) => quota(environment.withLegacy());
    assert.deepEqual((await found(legacy(withQuota({ pods: "6" }, { pods: "1" })))).blockers, []);
    const { blockers } = await found(legacy(withQuota({ pods: "5" }, { pods: "1" })));
    assert.match(blockers[0] ?? "", /pods: 5 more where 5 is allowed and 1 used/);
  });

  it("counts the objects that are still to be made", async () => {
    const { blockers } = await found(withQuota({ secrets: "2", services: "2" }), install);
    assert.match(blockers[0] ?? "", /secrets: 3 more where 2 is allowed/);
    assert.ok(!blockers[0]?.includes("services:"));
  });

  it("is blocked by what the API server says to a pod", async () => {
    const said = 'violates PodSecurity "restricted:latest": runAsNonRoot != true';
    const { blockers } = await found(refusing(said, "trident-external-etcd"), install);
    assert.match(blockers[0] ?? "", /podsRefused: .*the new Trident \(violates PodSecurity "restricted:latest"/);
  });

  it("is not blocked where all of it runs, and tells of what would not be admitted again", async () => {
    const arrange = (environment: FakePlanEnvironment) => {
      environment.withEtcdCluster();
      environment.objects.set(operator, { metadata: ours, status: { replicas: 1 } });
      const deployment: V1Deployment = { metadata: ours, status: { replicas: 1 } };
      environment.objects.set(deploymentPath, deployment as unknown as ServedObject);
      withQuota({ pods: "5" }, { pods: "5" })(environment);
      refusing('violates PodSecurity "restricted:latest": no', "trident-external-etcd")(environment);
    };
    const { blockers, risks } = await found(arrange, install);
    assert.deepEqual(blockers, []);
    assert.ok(
      risks.some((risk) => risk.includes("a new pod in its place would not be")),
      risks.join("\n"),
    );
  });

  it("says in one line what the user may not find out", async () => {
    const arrange = (environment: FakePlanEnvironment) => {
      environment.forbidden.add(quotas);
      environment.dryRun = (path) =>
        new ClusterRequestError(
          { method: "POST", path },
          403,
          'pods is forbidden: User "jane" cannot create resource "pods"',
        );
    };
    const { blockers, risks } = await found(arrange, install);
    assert.deepEqual(blockers, []);
    assert.equal(risks.filter((risk) => risk.includes("may not create pods")).length, 1);
  });

  it("is asked for the new Trident with what is carried from the old one's pod", async () => {
    const onDisk = '"nodeSelector":{"disk":"fast"}';
    const arrange = (environment: FakePlanEnvironment) => {
      refusing("policy: no such node", `trident-external-etcd","containers"`)(environment.withLegacy());
      const { dryRun } = environment;
      environment.dryRun = (path, object) => (JSON.stringify(object).includes(onDisk) ? dryRun(path, object) : object);
    };
    const { blockers } = await found(arrange);
    assert.match(blockers.join(), /podsRefused: .*the new Trident.* \(policy: no such node\)/);
  });

  it("has no say beside something that is refused for another reason", async () => {
    const arrange = (environment: FakePlanEnvironment) => withQuota({ pods: "0" })(environment.withLegacy());
    const { blockers } = await found(arrange, install);
    assert.deepEqual(
      blockers.map((each) => each.split(":")[0]),
      ["legacyTridentPresent"],
    );
  });
});
