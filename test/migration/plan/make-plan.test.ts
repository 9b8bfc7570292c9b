import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { makePlan, planFrom } from "../../../migration/plan/make-plan.ts";
import type { MigrationPlan } from "../../../migration/plan/migration-plan.ts";
import { PlanBlockedError, refuseBlocked } from "../../../migration/plan/plan-blocked-error.ts";
import { outageOf } from "../../../migration/plan/rules/outcome/steps.ts";
import { kubeconfigFor, startFakeKubernetes } from "../kubernetes/fake-kubernetes.ts";
import { FakePlanEnvironment, smallState } from "./scene/fake-plan-environment.ts";
import { claimsPath, deploymentPath, emptyRecord, ours, secrets } from "./scene/places.ts";
import { planRequest } from "./scene/plan-scene.ts";

describe("the plan", () => {
  let environment: FakePlanEnvironment;
  beforeEach(() => {
    environment = new FakePlanEnvironment().withDns();
  });

  it("of an empty namespace is an installation", async () => {
    const plan = await planFrom(environment, planRequest({ migrate: false }));
    assert.equal(plan.flow, "install");
    assert.deepEqual(plan.blockers, []);
    assert.equal(plan.outageEstimateSeconds, undefined);
    assert.equal(plan.legacy, undefined);
    assert.equal(refuseBlocked(plan), plan);
  });

  it("of a legacy Trident has its versions, its claim, its state, and an outage", async () => {
    const plan = await planFrom(environment.withLegacy(), planRequest());
    assert.equal(plan.flow, "migrate");
    assert.deepEqual(plan.blockers, []);
    assert.deepEqual(plan.legacy, {
      deployment: "trident",
      replicas: 1,
      tridentImage: "netapp/trident:19.04.0",
      tridentVersion: "19.04.0",
      etcdImage: "quay.io/coreos/etcd:v3.3.12",
      etcdVersion: "3.3.12",
      claim: {
        name: "trident",
        phase: "Bound",
        volume: "pvc-1",
        reclaimPolicy: "Retain",
        storageClass: "gold",
        capacity: "2Gi",
      },
      carried: ["imagePullSecrets (registry)", "nodeSelector (disk)", "tolerations (1)", "volumes (secrets)"],
      notCarried: ["securityContext: the new Trident has its own"],
    });
    assert.deepEqual(plan.carriedPod?.pod().imagePullSecrets, [{ name: "registry" }]);
    assert.deepEqual(plan.state?.counts, {
      backends: 1,
      volumes: 2,
      storageClasses: 1,
      nodes: 0,
      transactions: 0,
      other: 1,
    });
    assert.equal(plan.state.clusterId, "1");
    assert.ok((plan.outageEstimateSeconds ?? 0) > 20);
    assert.equal(plan.outageEstimateSeconds, outageOf(plan.steps));
  });

  it("is plain JSON without any value of a key", async () => {
    const plan = await planFrom(environment.withLegacy().withEtcdCluster(smallState), planRequest());
    // What the new Trident is given with its values is no part of the JSON.
    const { carriedPod, ...plain } = plan;
    const text = JSON.stringify(plan);
    const { carriedPod: printed, ...parsed } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(parsed, plain);
    assert.deepEqual(printed, { carried: carriedPod?.carried, left: carriedPod?.left });
    assert.ok(!text.includes("a-backend-password"));
  });

  it("of a migrated namespace says when it was migrated, and plans nothing", async () => {
    environment.objects.set(deploymentPath, { metadata: ours });
    const result = JSON.stringify({ keys: 5, sha256: "aa", finishedAt: "2026-01-02T03:04:05.000Z" });
    environment.record = { ...emptyRecord, phase: "copied", result };
    const plan = await planFrom(environment.withEtcdCluster(smallState), planRequest());
    assert.equal(plan.flow, "migrated");
    assert.equal(plan.migratedAt, "2026-01-02T03:04:05.000Z");
    assert.equal(plan.destination.keys, 5);
    assert.deepEqual([plan.steps, plan.blockers, plan.risks], [[], [], []]);
  });

  it("of a legacy Trident whose etcd does not run has no counts, and says so", async () => {
    environment.withLegacy().source = undefined;
    const plan = await planFrom(environment, planRequest());
    assert.equal(plan.state, undefined);
    assert.ok(plan.risks.some((risk) => risk.includes("does not run now")));
    assert.deepEqual(plan.blockers, []);
  });

  it("lists all blockers together, each with its remedy, and is refused with all of them", async () => {
    environment.withLegacy({ ...smallState, "/trident/v1/txn/x": "{}" });
    environment.withEtcdCluster({ "/trident/v1/volume/foreign": "the-foreign-value" });
    environment.objects.set("/version", { gitVersion: "v1.12.0" });
    environment.objects.set(`${claimsPath}/trident`, { status: { phase: "Lost" } });
    environment.objects.set(`${secrets}/etcd-server-tls`, { metadata: {} });
    environment.denied.add("delete apps/deployments");
    const plan = await planFrom(environment, planRequest({ tridentImage: "netapp/trident:18.10.0" }));
    assert.deepEqual(kindsOf(plan), [
      "missingPermissions",
      "imageOlderThanData",
      "unsupportedKubernetes",
      "persistentVolumeClaim",
      "openTransactions",
      "foreignKeys",
      "foreignObject",
    ]);
    for (const { object, message, remedy } of plan.blockers)
      assert.ok(object !== "" && message !== "" && remedy !== "");
    assert.throws(
      () => refuseBlocked(plan),
      (error) => {
        assert.ok(error instanceof PlanBlockedError);
        assert.equal(error.plan, plan);
        for (const { message } of plan.blockers) assert.ok(error.message.includes(message), message);
        assert.ok(!error.message.includes("the-foreign-value"));
        return true;
      },
    );
  });

  it("names the namespace that is missing, the command that creates it, and the permissions that are", async () => {
    environment.hasNamespace = false;
    environment.denied.add("create /secrets");
    const plan = await planFrom(environment, planRequest());
    assert.deepEqual(kindsOf(plan), ["namespaceMissing", "missingPermissions"]);
    assert.match(plan.blockers[0]?.remedy ?? "", /kubectl create namespace trident/);
    assert.deepEqual(plan.steps, []);
  });

  it("names the setting when there is nothing to migrate, or something that nobody asked for", async () => {
    assert.deepEqual(kindsOf(await planFrom(environment, planRequest())), ["noLegacyTrident"]);
    const unasked = await planFrom(environment.withLegacy(), planRequest({ migrate: false }));
    assert.deepEqual(kindsOf(unasked), ["legacyTridentPresent"]);
    assert.deepEqual(unasked.steps, []);
  });

  it("does not take a Deployment that may not be read for one that is missing", async () => {
    environment.forbidden.add(deploymentPath);
    environment.denied.add("get apps/deployments");
    const plan = await planFrom(environment, planRequest());
    assert.deepEqual(kindsOf(plan), ["missingPermissions"]);
    assert.match(plan.why, /Deployment trident can't be read/);
  });

  it("fails with the API server's refusal when no review foretold it", async () => {
    environment.forbidden.add(deploymentPath);
    await assert.rejects(planFrom(environment, planRequest()), {
      name: "ClusterRequestError",
      message: /deployments\/trident with 403/,
    });
  });

  it("says that a source which runs and can't be read blocks", async () => {
    environment.withLegacy();
    if (environment.source !== undefined)
      environment.source.status = () => Promise.reject(new Error("connection refused"));
    const plan = await planFrom(environment, planRequest());
    assert.deepEqual(kindsOf(plan), ["sourceUnreachable"]);
    assert.match(plan.blockers[0]?.message ?? "", /can't be read: connection refused\.$/);
  });
});

describe("gathering the plan", () => {
  it("names the server and the settings when no cluster answers", async () => {
    const cluster = { kubeconfig: kubeconfigFor("http://127.0.0.1:1") };
    await assert.rejects(makePlan(planRequest({ cluster })), {
      name: "ClusterUnreachableError",
      message: /http:\/\/127\.0\.0\.1:1.*KUBECONFIG/,
    });
  });

  it("goes on when only looking at the namespace itself is forbidden, and changes nothing", async () => {
    const fake = await startFakeKubernetes();
    try {
      fake.fault = (request) => {
        if (request === "GET /api/v1/namespaces/trident") return 403;
        return request.startsWith("POST") ? 403 : undefined;
      };
      const plan = await makePlan(planRequest({ cluster: { kubeconfig: fake.kubeconfig }, migrate: false }));
      assert.equal(plan.flow, "install");
      assert.match(plan.cluster, /fake-context/);
      assert.ok(plan.risks.some((risk) => risk.startsWith("Which permissions there are can't be asked")));
      const others = fake.requests.filter((request) => !request.startsWith("GET "));
      assert.ok(others.every((request) => request === "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"));
    } finally {
      await fake.stop();
    }
  });
});

function kindsOf(plan: MigrationPlan): string[] {
  return plan.blockers.map(({ kind }) => kind);
}
