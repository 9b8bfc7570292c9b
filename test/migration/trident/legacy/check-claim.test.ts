import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isBlockedBy } from "../../../../migration/blockers/blocker.ts";
import { checkClaim, problemOfClaim } from "../../../../migration/trident/legacy/check-claim.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";
import { legacyTrident } from "./legacy-deployment.ts";

describe("the legacy etcd's claim", () => {
  let fake: FakeKubernetes;

  before(async () => {
    fake = await startFakeKubernetes();
  });
  after(() => fake.stop());

  it("that does not exist is refused, naming it and the Deployment", async () => {
    await assert.rejects(checkClaim(fake.cluster, legacyTrident()), (error) => {
      assert.ok(isBlockedBy(error, "persistentVolumeClaim"));
      assert.match(
        error.message,
        /PersistentVolumeClaim trident in namespace trident.*Deployment trident.*does not exist.*describe pvc/,
      );
      return true;
    });
  });

  it("that is bound is accepted", async () => {
    fake.objects.set("/api/v1/namespaces/trident/persistentvolumeclaims/trident", {
      metadata: { name: "trident" },
      status: { phase: "Bound" },
    });
    await assert.doesNotReject(checkClaim(fake.cluster, legacyTrident()));
  });

  it("that is marked as stale is refused where it is all that is left, and accepted where its Trident stands", async () => {
    fake.objects.set("/api/v1/namespaces/trident/persistentvolumeclaims/trident", {
      metadata: { name: "trident", labels: { "trident-etcd/state": "stale" } },
      status: { phase: "Bound" },
    });
    await assert.doesNotReject(checkClaim(fake.cluster, legacyTrident()));
    await assert.rejects(checkClaim(fake.cluster, legacyTrident({ isUninstalled: true })), (error) =>
      isBlockedBy(error, "staleClaim"),
    );
  });

  it("is refused unless it is bound and stays", () => {
    assert.equal(problemOfClaim({ status: { phase: "Bound" } }), undefined);
    assert.match(problemOfClaim({ status: { phase: "Pending" } }) ?? "", /not bound.*Pending/);
    assert.match(problemOfClaim({ status: { phase: "Lost" } }) ?? "", /not bound.*Lost/);
    const deleted = { metadata: { deletionTimestamp: new Date() }, status: { phase: "Bound" } };
    assert.equal(problemOfClaim(deleted), "is being deleted");
  });
});
