import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { findClaim, judgeClaim, planClaim } from "../../../../../migration/plan/rules/trident/claim.ts";
import { legacyTrident } from "../../../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment } from "../../fake-plan-environment.ts";

const allPods = "/api/v1/namespaces/trident/pods";
const ownPods = `${allPods}?labelSelector=app%3Dtrident.netapp.io`;
const claimPath = "/api/v1/namespaces/trident/persistentvolumeclaims/trident";

describe("the claim with the old state", () => {
  let environment: FakePlanEnvironment;
  beforeEach(() => {
    environment = new FakePlanEnvironment().withLegacy();
  });

  it("is planned with its volume, class and size", async () => {
    const facts = await findClaim(environment.reader, legacyTrident());
    assert.deepEqual(planClaim(legacyTrident(), facts), {
      name: "trident",
      phase: "Bound",
      volume: "pvc-1",
      reclaimPolicy: "Retain",
      storageClass: "gold",
      capacity: "2Gi",
    });
    assert.deepEqual(judgeClaim(legacyTrident(), facts), []);
  });

  it("is planned by its name alone when it is missing, which blocks", async () => {
    environment.objects.delete(claimPath);
    const facts = await findClaim(environment.reader, legacyTrident());
    assert.deepEqual(planClaim(legacyTrident(), facts), { name: "trident" });
    assert.match(
      judgeClaim(legacyTrident(), facts)[0]?.message ?? "",
      /PersistentVolumeClaim trident .* does not exist\.$/,
    );
  });

  it("blocks when it is not bound", async () => {
    environment.objects.set(claimPath, { status: { phase: "Pending" } });
    const [blocker] = judgeClaim(legacyTrident(), await findClaim(environment.reader, legacyTrident()));
    assert.equal(blocker?.kind, "persistentVolumeClaim");
    assert.match(blocker.message, /is not bound to a volume \(phase Pending\)/);
    assert.match(blocker.remedy, /kubectl --namespace trident describe pvc trident/);
  });

  it("blocks when another pod mounts it, and not for the Deployment's own, ours, or one that ended", async () => {
    const own = pod("trident-abc", "trident");
    environment.lists.set(ownPods, [own]);
    environment.lists.set(allPods, [
      own,
      pod("backup", "trident"),
      pod("elsewhere", "another-claim"),
      { ...pod("ended", "trident"), status: { phase: "Succeeded" } },
      { ...pod("trident-etcd-source", "trident", { "app.kubernetes.io/managed-by": "trident-etcd" }) },
    ]);
    const blockers = judgeClaim(legacyTrident(), await findClaim(environment.reader, legacyTrident()));
    assert.deepEqual(
      blockers.map(({ message }) => /is mounted by pod (\S+),/.exec(message)?.[1]),
      ["backup"],
    );
  });
});

function pod(name: string, claimName: string, labels: Record<string, string> = {}) {
  return {
    metadata: { name, labels },
    spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName } }] },
    status: { phase: "Running" },
  };
}
