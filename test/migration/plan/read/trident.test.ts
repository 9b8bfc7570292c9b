import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { readTrident } from "../../../../migration/plan/read/trident.ts";
import { FakePlanEnvironment, smallState } from "../scene/fake-plan-environment.ts";
import { deploymentPath, emptyRecord, newTridentPath, ours } from "../scene/places.ts";
import { planRequest } from "../scene/plan-scene.ts";
import { startedBeside } from "../scene/stacks.ts";

describe("what stands of Trident", () => {
  let environment: FakePlanEnvironment;
  beforeEach(() => {
    environment = new FakePlanEnvironment();
  });

  it("is nothing, where there is neither a Deployment nor a claim", async () => {
    const { finding, newTrident, managers, record } = await readTrident(environment, planRequest());
    assert.equal(finding?.kind, "absent");
    assert.deepEqual([newTrident, managers, record], [undefined, undefined, undefined]);
  });

  it("is a legacy Trident with who else changes its Deployment, or this program's own", async () => {
    const legacy = await readTrident(environment.withLegacy(), planRequest());
    assert.equal(legacy.finding?.kind, "legacy");
    assert.equal(legacy.managers?.deployment, "trident");
    environment.objects.set(deploymentPath, { metadata: ours });
    const own = await readTrident(environment, planRequest());
    assert.deepEqual([own.finding?.kind, own.newTrident], ["ours", { metadata: ours }]);
  });

  it("is left on a claim that an uninstalled Trident had, which is not looked for in a rollback", async () => {
    environment.withClaimAlone();
    assert.equal((await readTrident(environment, planRequest())).finding?.kind, "uninstalled");
    assert.equal((await readTrident(environment, planRequest({ rollback: true }))).finding?.kind, "absent");
  });

  it("is not known where its Deployment may not be read", async () => {
    environment.withLegacy().forbidden.add(deploymentPath);
    assert.deepEqual(await readTrident(environment, planRequest()), { unread: "Deployment trident can't be read" });
  });

  it("has what both wrote only where both may have", async () => {
    startedBeside(environment);
    assert.deepEqual((await readTrident(environment, planRequest())).beside?.wrote, { old: 0, new: 1 });
    assert.equal((await readTrident(environment, planRequest({ migrate: false }))).beside?.wrote, undefined);
    environment.destination = undefined;
    assert.deepEqual((await readTrident(environment, planRequest())).beside?.wrote, { old: 0, new: undefined });
    environment.withEtcdCluster(smallState).record = emptyRecord;
    environment.objects.delete(newTridentPath);
    assert.equal((await readTrident(environment, planRequest())).beside?.wrote, undefined);
  });

  it("has the failure of a record that can't be used in its place", async () => {
    startedBeside(environment);
    environment.record = { ...emptyRecord, phase: "stopped", served: "nonsense" };
    const { record, recordFailure } = await readTrident(environment, planRequest());
    assert.equal(record, undefined);
    assert.match(recordFailure?.message ?? "", /served/);
  });
});
