import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { legacyDeployment } from "../../../trident/legacy/legacy-deployment.ts";
import { planRequest, smallState } from "../../fake-plan-environment.ts";
import { planOf } from "../../scenario-parts.ts";

const copied = {
  ...{ namespace: "trident", name: "trident-etcd-migration", uid: "u", phase: "copied" as const },
  result: JSON.stringify({ keys: 5, sha256: "aa", destinationClusterId: "2" }),
  legacyDeployment: JSON.stringify(legacyDeployment()),
};
const ours = { metadata: { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } } };
const place = "/apis/apps/v1/namespaces/trident/deployments/trident";

function rollbackPlan(
  arrange: (environment: Parameters<Parameters<typeof planOf>[0]>[0]) => unknown,
  change: Partial<ReturnType<typeof planRequest>> = {},
) {
  return planOf(
    (environment) => {
      environment.withLegacy().withEtcdCluster(smallState).objects.set(place, ours);
      environment.record = copied;
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
      ({ objects }) => objects.delete("/api/v1/namespaces/trident/persistentvolumeclaims/trident"),
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
      (environment) => (environment.record = { ...copied, result: "{" }),
      "recordInvalid",
      /under result/,
    ],
    [
      "the record's manifest can't be read",
      (environment) => (environment.record = { ...copied, legacyDeployment: "{}" }),
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
    const old = (image: string) => copied.legacyDeployment.replaceAll("netapp/trident:19.04.0", image);
    for (const [image, risk] of [
      ["netapp/trident:18.10.0", /old Trident \(18\.10\.0\) is older than the new one \(19\.04\.0\)/],
      ["netapp/trident:latest", /netapp\/trident:latest.*can't be told/],
    ] as const) {
      const plan = await rollbackPlan((environment) => {
        environment.record = { ...copied, legacyDeployment: old(image) };
      });
      assert.match(plan.risks.join("\n"), risk);
      assert.deepEqual(plan.blockers, []);
    }
  });

  it("does not look into the etcds of an old Trident that stands again", async () => {
    const plan = await planOf(
      (environment) => {
        environment.withLegacy().withEtcdCluster({});
        environment.record = { ...copied, rollbackPhase: "restoring" };
      },
      { rollback: true },
    );
    assert.deepEqual(plan.blockers, []);
    assert.equal(plan.steps.length, 2);
  });
});
