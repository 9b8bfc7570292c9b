import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1ContainerState, V1Pod } from "@kubernetes/client-node";
import { memberState } from "../../../migration/members/member-state.ts";

const running = { running: {} };
const waiting = { waiting: { reason: "CrashLoopBackOff" } };
const terminated = { terminated: { exitCode: 1 } };

describe("what a member's pod has to do with its data", () => {
  it("is there to be asked while its etcd runs, whatever became of its node, of the pod's deletion or of its readiness", () => {
    assert.equal(memberState(pod("Running", { state: running })), "running");
    assert.equal(memberState(deleted(pod("Running", { state: running }))), "running");
    assert.equal(memberState({ status: { phase: "Unknown" } }), "running");
    assert.equal(memberState({ status: { phase: "Running" } }), "running");
  });

  it("comes back with it when its container is to be started again", () => {
    assert.equal(memberState(pod("Running", { state: waiting, lastState: terminated })), "paused");
    assert.equal(memberState(pod("Running", { state: waiting, restartCount: 2 })), "paused");
    assert.equal(memberState(pod("Running", { state: terminated }, "Always")), "paused");
  });

  it("is over once it has ended for good", () => {
    assert.equal(memberState(pod("Failed", { state: running })), "over");
    assert.equal(memberState(pod("Succeeded", { state: terminated })), "over");
    assert.equal(memberState(pod("Running", { state: terminated }, "Never")), "over");
    assert.equal(memberState(deleted(pod("Running", { state: terminated }, "Always"))), "over");
  });

  it("is nothing of one that never ran, such as for want of its image", () => {
    assert.equal(memberState({ status: { phase: "Pending" } }), "over");
    assert.equal(memberState(pod("Pending", { state: { waiting: { reason: "ImagePullBackOff" } } })), "over");
  });

  it("is that of the container etcd, not of those beside it", () => {
    const beside = { name: "proxy", state: running };
    const etcd = { name: "etcd", state: terminated };
    const found = { spec: { restartPolicy: "Never" }, status: { phase: "Running", containerStatuses: [beside, etcd] } };
    assert.equal(memberState(found as unknown as V1Pod), "over");
  });
});

interface Container {
  readonly state: V1ContainerState;
  readonly lastState?: V1ContainerState;
  readonly restartCount?: number;
}

function pod(phase: string, container: Container, restartPolicy = "Never"): V1Pod {
  const containerStatuses = [{ name: "etcd", restartCount: 0, ...container }];
  return { spec: { restartPolicy }, status: { phase, containerStatuses } } as V1Pod;
}

function deleted({ spec, status }: V1Pod): V1Pod {
  return { spec, status, metadata: { deletionTimestamp: new Date() } } as V1Pod;
}
