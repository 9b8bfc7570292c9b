import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readClaim } from "../../../../migration/plan/read/claim.ts";
import { legacyTrident } from "../../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment } from "../scene/fake-plan-environment.ts";

const allPods = "/api/v1/namespaces/trident/pods";
const ownPods = `${allPods}?labelSelector=app%3Dtrident.netapp.io`;

describe("the claim with the old state", () => {
  it("is read with the pods of others that mount it, not the Deployment's own, ours, or one that ended", async () => {
    const environment = new FakePlanEnvironment().withLegacy();
    const own = pod("trident-abc", "trident");
    environment.lists.set(ownPods, [own]);
    environment.lists.set(allPods, [
      own,
      pod("backup", "trident"),
      pod("elsewhere", "another-claim"),
      { ...pod("ended", "trident"), status: { phase: "Succeeded" } },
      { ...pod("trident-etcd-source", "trident", { "app.kubernetes.io/managed-by": "trident-etcd" }) },
    ]);
    const { claim, reclaimPolicy, foreignPods } = await readClaim(environment.reader, legacyTrident());
    assert.equal(claim?.status?.phase, "Bound");
    assert.equal(reclaimPolicy, "Retain");
    assert.deepEqual(foreignPods, ["backup"]);
  });
});

function pod(name: string, claimName: string, labels: Record<string, string> = {}) {
  return {
    metadata: { name, labels },
    spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName } }] },
    status: { phase: "Running" },
  };
}
