import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { estimates, outageOf, planSteps, type StepFacts } from "../../../migration/plan/steps.ts";

const facts: StepFacts = {
  flow: "migrate",
  legacyDeployment: "trident",
  claim: "trident",
  isCopied: false,
  serves: true,
  keys: 100_000,
  bytes: 40_000_000,
  members: { wanted: 3, ready: 0 },
  snapshotDirectory: "snapshots",
};

describe("the steps of the plan", () => {
  it("make the etcd and copy while Trident serves, and stop it only for what must be done then", () => {
    assert.deepEqual(
      planSteps(facts).map(({ stops }) => stops),
      ["nothing", "nothing", "Trident", "Trident", "Trident", "Trident"],
    );
  });

  it("add up to an outage of two pod starts, a stop, the snapshot and the second pass", () => {
    const { podStopSeconds, podStartSeconds, fewCallsSeconds } = estimates;
    assert.equal(outageOf(planSteps(facts)), podStopSeconds + 2 * podStartSeconds + 4 + fewCallsSeconds + 5);
    assert.equal(
      outageOf(planSteps({ ...facts, snapshotDirectory: "" })),
      podStopSeconds + 2 * podStartSeconds + fewCallsSeconds + 5,
    );
  });

  it("say where the snapshot is kept, or nothing of one that is not wanted", () => {
    const words = (snapshotDirectory: string) =>
      planSteps({ ...facts, snapshotDirectory })
        .map(({ what }) => what)
        .join("\n");
    assert.match(words("/var/backups"), /keep a snapshot of it under \/var\/backups/);
    assert.doesNotMatch(words(""), /snapshot/);
  });

  it("have no first pass and no stop when the old Trident is away already", () => {
    const steps = planSteps({ ...facts, flow: "resume", serves: false });
    assert.doesNotMatch(steps.map(({ what }) => what).join("\n"), /First pass|first pass|scale it to 0/);
    assert.ok(steps.every(({ stops }) => stops === "Trident"));
  });

  it("only start Trident when the state was copied before", () => {
    const steps = planSteps({ ...facts, flow: "resume", isCopied: true, members: { wanted: 3, ready: 3 } });
    assert.deepEqual(
      steps.map(({ what }) => what),
      [
        "Keep the etcd cluster as it is, 3 of 3 members ready",
        "Start Trident on the state that was copied and verified",
      ],
    );
  });

  it("stop nothing for an installation, and are none where all is done, or nothing can be", () => {
    assert.equal(outageOf(planSteps({ ...facts, flow: "install", claim: undefined })), undefined);
    for (const flow of ["migrated", "installed", undefined] as const)
      assert.deepEqual(planSteps({ ...facts, flow }), []);
    assert.deepEqual(planSteps({ ...facts, claim: undefined }), []);
  });
});
