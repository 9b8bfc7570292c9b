import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PlanRequest } from "../../../../../migration/plan/plan-request.ts";
import { smallState } from "../../scene/fake-plan-environment.ts";
import { claimsPath } from "../../scene/places.ts";
import { planOf, type Arrange } from "../../scene/plan-scene.ts";
import { copiedRecord, migratedStack } from "../../scene/stacks.ts";

function rollbackPlan(arrange: Arrange, change: Partial<PlanRequest> = {}) {
  return planOf(
    (environment) => {
      migratedStack(environment).withEtcdCluster(smallState);
      arrange(environment);
    },
    { rollback: true, ...change },
  );
}

describe("the plan of a rollback", () => {
  it("counts what is in the new etcd, and has no blocker", async () => {
    const plan = await rollbackPlan(() => undefined);
    assert.deepEqual(plan.blockers, []);
    assert.deepEqual([plan.flow, plan.state?.keys, plan.state?.clusterId], ["rollback", 5, "2"]);
    assert.deepEqual(plan.risks, []);
  });

  const blockers: [what: string, arrange: Parameters<typeof rollbackPlan>[0], kind: string, message: RegExp][] = [
    [
      "the claim is gone",
      ({ objects }) => objects.delete(`${claimsPath}/trident`),
      "persistentVolumeClaim",
      /does not exist/,
    ],
    [
      "the claim is mounted by somebody else's pod",
      ({ lists }) => {
        const volumes = [{ persistentVolumeClaim: { claimName: "trident" } }];
        const pod = { metadata: { name: "a-backup" }, spec: { volumes }, status: { phase: "Running" } };
        lists.set("/api/v1/namespaces/trident/pods", [pod]);
      },
      "persistentVolumeClaim",
      /mounted by pod a-backup/,
    ],
    ["the new etcd can't be asked", (environment) => (environment.destination = undefined), "newEtcd", /can't be read/],
    ["the new etcd is empty", (environment) => environment.withEtcdCluster({}), "newEtcd", /has no key under/],
    [
      "Trident has begun something",
      (environment) => environment.withEtcdCluster({ ...smallState, "/trident/v1/txn/pvc-7": "{}" }),
      "openTransactions",
      /pvc-7/,
    ],
    [
      "the record's result can't be read",
      (environment) => (environment.record = { ...copiedRecord, result: "{" }),
      "recordInvalid",
      /under result/,
    ],
    [
      "the record's manifest can't be read",
      (environment) => (environment.record = { ...copiedRecord, legacyDeployment: "{}" }),
      "recordInvalid",
      /under legacyDeployment/,
    ],
    [
      "a permission is missing",
      ({ denied }) => denied.add("create apps/deployments"),
      "missingPermissions",
      /create deployments\.apps/,
    ],
  ];
  for (const [what, arrange, kind, message] of blockers) {
    it(`is blocked when ${what}`, async () => {
      const plan = await rollbackPlan(arrange);
      assert.deepEqual(
        plan.blockers.map((blocker) => blocker.kind),
        [kind],
      );
      assert.match(plan.blockers[0]?.message ?? "", message);
    });
  }

  it("names the risk of an old Trident that is older than the new one, or whose version can't be told", async () => {
    const old = (image: string) => copiedRecord.legacyDeployment.replaceAll("netapp/trident:19.04.0", image);
    for (const [image, risk] of [
      ["netapp/trident:18.10.0", /old Trident \(18\.10\.0\) is older than the new one \(19\.04\.0\)/],
      ["netapp/trident:latest", /netapp\/trident:latest.*can't be told/],
    ] as const) {
      const plan = await rollbackPlan((environment) => {
        environment.record = { ...copiedRecord, legacyDeployment: old(image) };
      });
      assert.match(plan.risks.join("\n"), risk);
      assert.deepEqual(plan.blockers, []);
    }
  });

  it("does not look into the etcds of an old Trident that stands again", async () => {
    const plan = await planOf(
      (environment) => {
        environment.withLegacy().withEtcdCluster({});
        environment.record = { ...copiedRecord, rollbackPhase: "restoring" };
      },
      { rollback: true },
    );
    assert.deepEqual(plan.blockers, []);
    assert.equal(plan.steps.length, 2);
  });
});
