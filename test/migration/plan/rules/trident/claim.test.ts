import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { readClaim } from "../../../../../migration/plan/read/claim.ts";
import { nothingFound } from "../../../../../migration/plan/rules/findings.ts";
import { checkClaim, planClaim } from "../../../../../migration/plan/rules/trident/claim.ts";
import { legacyTrident } from "../../../trident/legacy/legacy-deployment.ts";
import { FakePlanEnvironment } from "../../scene/fake-plan-environment.ts";
import { claimsPath } from "../../scene/places.ts";

const staleClaim = {
  metadata: {
    name: "trident",
    labels: { "trident-etcd/state": "stale" },
    annotations: { "trident-etcd/state": "stale since 2030-01-02T03:04:05.678Z: Trident's state was moved" },
  },
  status: { phase: "Bound" },
};
const claimPath = `${claimsPath}/trident`;

describe("the claim with the old state", () => {
  let environment: FakePlanEnvironment;
  beforeEach(() => {
    environment = new FakePlanEnvironment().withLegacy();
  });

  it("is planned with its volume, class and size", async () => {
    const facts = await readClaim(environment.reader, legacyTrident());
    assert.deepEqual(planClaim(legacyTrident(), facts), {
      name: "trident",
      phase: "Bound",
      volume: "pvc-1",
      reclaimPolicy: "Retain",
      storageClass: "gold",
      capacity: "2Gi",
    });
    assert.deepEqual(checkClaim(legacyTrident(), facts), nothingFound);
  });

  it("is planned by its name alone when it is missing, which blocks", async () => {
    environment.objects.delete(claimPath);
    const facts = await readClaim(environment.reader, legacyTrident());
    assert.deepEqual(planClaim(legacyTrident(), facts), { name: "trident" });
    assert.match(
      checkClaim(legacyTrident(), facts).blockers[0]?.message ?? "",
      /PersistentVolumeClaim trident .* does not exist\.$/,
    );
  });

  it("blocks when it is not bound", async () => {
    environment.objects.set(claimPath, { status: { phase: "Pending" } });
    const [blocker] = checkClaim(legacyTrident(), await readClaim(environment.reader, legacyTrident())).blockers;
    assert.equal(blocker?.kind, "persistentVolumeClaim");
    assert.match(blocker.message, /is not bound to a volume \(phase Pending\)/);
    assert.match(blocker.remedy, /kubectl --namespace trident describe pvc trident/);
  });

  it("blocks a migration from it alone once a migration has moved its state on, and says how to go on, or to do it all the same", async () => {
    environment.objects.set(claimPath, staleClaim);
    const uninstalled = legacyTrident({ isUninstalled: true });
    const facts = await readClaim(environment.reader, uninstalled);
    const { blockers } = checkClaim(uninstalled, facts);
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["staleClaim"],
    );
    assert.match(blockers[0]?.message ?? "", /marked as stale since 2030-01-02T03:04:05\.678Z/);
    assert.match(
      blockers[0]?.remedy ?? "",
      /docs\/after-19\.04\.md.*label persistentvolumeclaim trident trident-etcd\/state-/,
    );
    assert.equal(planClaim(uninstalled, facts).staleSince, "2030-01-02T03:04:05.678Z");
  });

  it("with such a mark is a risk where an old Trident runs on it, and none where a rollback takes the mark off", async () => {
    environment.objects.set(claimPath, staleClaim);
    const facts = await readClaim(environment.reader, legacyTrident());
    const { blockers, risks } = checkClaim(legacyTrident(), facts);
    assert.deepEqual(blockers, []);
    assert.match(JSON.stringify(risks), /marked as stale since 2030/);
    assert.deepEqual(checkClaim(legacyTrident(), facts, true), nothingFound);
  });

  it("blocks when another pod mounts it", async () => {
    const facts = { ...(await readClaim(environment.reader, legacyTrident())), foreignPods: ["backup"] };
    const { blockers } = checkClaim(legacyTrident(), facts);
    assert.deepEqual(
      blockers.map(({ message }) => /is mounted by pod (\S+),/.exec(message)?.[1]),
      ["backup"],
    );
  });
});
