import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { troubleOfDeployment, troubleOfTrident } from "../../../../migration/trident/rest/trident-trouble.ts";

describe("a new Trident that does not come up", () => {
  it("is given up when its image can't be pulled", () => {
    const waiting = { reason: "ErrImagePull", message: "not found" };
    assert.equal(troubleOfTrident(pod({ state: { waiting } })), "ErrImagePull for image i: not found");
  });

  it("is not given up after it ended once or twice", () => {
    const terminated = { exitCode: 1 };
    assert.equal(troubleOfTrident(pod({ state: { terminated } })), undefined);
    const waiting = { reason: "CrashLoopBackOff" };
    assert.equal(troubleOfTrident(pod({ restartCount: 2, state: { running: {} } })), undefined);
    assert.equal(troubleOfTrident(pod({ restartCount: 1, state: { waiting }, lastState: { terminated } })), undefined);
  });

  it("is given up when it keeps ending", () => {
    const terminated = { exitCode: 7 };
    const said = "its container trident-main keeps ending: 3 times, last with exit code 7";
    assert.equal(troubleOfTrident(pod({ restartCount: 2, state: { terminated } })), said);
    const waiting = { reason: "CrashLoopBackOff" };
    assert.equal(troubleOfTrident(pod({ restartCount: 2, state: { waiting }, lastState: { terminated } })), said);
  });

  it("is waited for while it runs, however often it ended before", () => {
    assert.equal(troubleOfTrident(pod({ restartCount: 9, state: { running: {} } })), undefined);
  });

  it("says why no pod can be made", () => {
    const conditions = [{ type: "ReplicaFailure", status: "True", message: "exceeded quota" }];
    assert.equal(troubleOfDeployment({ status: { conditions } }), "no pod can be made: exceeded quota");
    assert.equal(troubleOfDeployment({}), undefined);
  });
});

function pod(status: Partial<V1ContainerStatus>): V1Pod {
  const container = { name: "trident-main", image: "i", imageID: "", ready: false, restartCount: 0, ...status };
  return { status: { phase: "Running", containerStatuses: [container] } };
}
