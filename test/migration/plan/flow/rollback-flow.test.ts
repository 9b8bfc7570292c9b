import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../../migration/wording/in-settings.ts";
import { BlockedError, type BlockerKind } from "../../../../migration/blockers/blocker.ts";
import type { FlowFinding } from "../../../../migration/plan/flow/flow-finding.ts";
import { decideFlow } from "../../../../migration/plan/flow/flow.ts";
import { decideRollback } from "../../../../migration/plan/flow/rollback-flow.ts";
import type { MigrationRecord } from "../../../../migration/record/migration-record.ts";
import type { DeploymentFinding } from "../../../../migration/trident/legacy/legacy-trident.ts";
import { legacyTrident } from "../../trident/legacy/legacy-deployment.ts";
import { emptyRecord } from "../scene/places.ts";
import { planRequest } from "../scene/plan-scene.ts";
import { copiedRecord } from "../scene/stacks.ts";

const request = planRequest();
const absent: DeploymentFinding = { kind: "absent" };
const ours: DeploymentFinding = { kind: "ours" };
const foreign: DeploymentFinding = { kind: "foreign", why: 'it has no container "etcd"' };
const running: DeploymentFinding = { kind: "legacy", legacy: legacyTrident() };
const stopped: DeploymentFinding = { kind: "legacy", legacy: legacyTrident({ replicas: 0, stoppedByMigration: true }) };

describe("the flow with setting rollback", () => {
  const copied: MigrationRecord = copiedRecord;
  const rolledBack = JSON.stringify({ finishedAt: "2030-01-02T03:04:05.678Z" });
  const rollback = (found: DeploymentFinding, recorded: MigrationRecord | undefined): FlowFinding =>
    decideRollback({ ...request, rollback: true }, found, recorded);

  it("is rollback while the new Trident serves, or an earlier run has stopped it, with what is put back", () => {
    for (const [found, why] of [
      [ours, /has the finished migration/],
      [absent, /earlier run stopped the new Trident/],
    ] as const) {
      const decided = rollback(found, copied);
      assert.equal(decided.flow, "rollback");
      assert.equal(decided.refusal, undefined);
      assert.equal(decided.putBack?.claim, "trident");
      assert.match(inSettings(decided.why), why);
    }
    assert.match(rollback(absent, { ...copied, rollbackPhase: "writing" }).why, /began to carry the state back/);
  });

  it("only waits for an old Trident that an earlier run has put back", () => {
    const decided = rollback(running, { ...copied, rollbackPhase: "restoring" });
    assert.deepEqual([decided.flow, decided.isCopied, decided.putBack], ["rollback", true, undefined]);
    assert.equal(decided.refusal, undefined);
  });

  it("knows an old Trident that somebody put back by hand", () => {
    const decided = rollback(running, copied);
    assert.deepEqual([decided.flow, decided.isCopied, decided.refusal], ["rollback", true, undefined]);
    assert.match(decided.why, /by hand/);
  });

  it("is rolledBack once that was done", () => {
    const decided = rollback(running, { ...emptyRecord, rolledBack });
    assert.equal(decided.flow, "rolledBack");
    assert.equal(decided.refusal, undefined);
  });

  it("is refused where there is nothing to roll back", () => {
    const stoppedRecord: MigrationRecord = { ...emptyRecord, phase: "stopped" };
    for (const [found, recorded, message] of [
      [running, undefined, /the old Trident serves/],
      [stopped, copied, /has not ended/],
      [stopped, stoppedRecord, /no finished migration/],
      [ours, undefined, /no finished migration/],
      [absent, { ...stoppedRecord, phase: undefined, rolledBack }, /no finished migration/],
    ] as [DeploymentFinding, MigrationRecord | undefined, RegExp][]) {
      assertRefused(rollback(found, recorded), "nothingToRollBack", message);
    }
  });

  it("is refused when the old Deployment can't be put back, or its name is somebody else's", () => {
    assertRefused(rollback(ours, { ...emptyRecord, phase: "copied" }), "noManifest", /key legacyDeployment/);
    assertRefused(rollback(foreign, copied), "foreignTrident", /no container "etcd"/);
  });

  it("that was removed while a rollback had put the old Trident back is refused until that is finished", () => {
    const unfinished: MigrationRecord = { ...copied, rollbackPhase: "restoring" };
    const flowWithout = (found: DeploymentFinding, recorded: MigrationRecord) => decideFlow(request, found, recorded);
    assertRefused(flowWithout(running, unfinished), "rollbackUnfinished", /set rollback true/);
    assert.equal(flowWithout(absent, unfinished).flow, "resume");
  });
});

function assertRefused({ refusal }: FlowFinding, kind: BlockerKind, message: RegExp): void {
  assert.equal(refusal?.kind, kind);
  assert.match(inSettings(new BlockedError(refusal).message), message);
}
