import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1ContainerState, V1Pod } from "@kubernetes/client-node";
import { pullOutcome } from "../../../../migration/kubernetes/images/pull-outcome.ts";

describe("what a pod tells of the images that it pulls", () => {
  for (const [what, state] of [
    ["runs", { running: {} }],
    ["has ended", { terminated: { exitCode: 0 } }],
    [
      "has no such program",
      { terminated: { exitCode: 128, reason: "StartError", message: "no such file or directory" } },
    ],
    ["could not be started", { waiting: { reason: "RunContainerError", message: "no such file or directory" } }],
    ["may not run as root", { waiting: { reason: "CreateContainerConfigError", message: "image will run as root" } }],
  ] as const) {
    it(`is that it is pulled where its container ${what}`, () => {
      assert.deepEqual(pullOutcome(podOf(state)), { kind: "pulled" });
    });
  }

  for (const reason of ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"]) {
    it(`is that it can't be, in the kubelet's words, where that says ${reason}`, () => {
      assert.deepEqual(pullOutcome(podOf({ waiting: { reason, message: "manifest unknown" } })), {
        kind: "failed",
        image: "image:0",
        reason: `${reason}: manifest unknown`,
      });
    });
  }

  it("is that it can't be used where it is made for another architecture", () => {
    const terminated = { exitCode: 1, message: "exec /bin/true: exec format error" };
    const outcome = pullOutcome(podOf({ terminated }));
    assert.equal(outcome.kind, "failed");
    assert.match(outcome.reason, /another architecture/);
  });

  it("is nothing yet while any of them is under way, or none has begun", () => {
    assert.deepEqual(pullOutcome(podOf({ waiting: { reason: "ContainerCreating" } })), { kind: "underWay" });
    assert.deepEqual(pullOutcome(podOf({ running: {} }, { waiting: { reason: "ContainerCreating" } })), {
      kind: "underWay",
    });
    assert.deepEqual(pullOutcome(podOf({ running: {} }, undefined)), { kind: "underWay" });
  });

  it("is one that can't be, whatever the others do", () => {
    const outcome = pullOutcome(podOf({ running: {} }, { waiting: { reason: "ErrImagePull" } }));
    assert.deepEqual(outcome, { kind: "failed", image: "image:1", reason: "ErrImagePull" });
  });

  it("is the node's word where that refuses the pod or evicts it", () => {
    const { spec = { containers: [] } } = podOf(undefined);
    const status = { phase: "Failed", reason: "Evicted", message: "low on disk" };
    assert.deepEqual(pullOutcome({ spec, status }), {
      kind: "failed",
      image: "image:0",
      reason: "Evicted: low on disk",
    });
  });
});

/** With a container for each; those without a state have no status yet. */
function podOf(...states: (V1ContainerState | undefined)[]): V1Pod {
  const named = states.map((state, index) => ({ name: `image-${index}`, image: `image:${index}`, state }));
  const begun = named.filter(({ state }) => state !== undefined);
  return {
    spec: { containers: named.map(({ name, image }) => ({ name, image })) },
    status: {
      containerStatuses: begun.map(({ state = {}, ...names }) => ({
        ...names,
        ...{ state, imageID: "", ready: false, restartCount: 0 },
      })),
    },
  };
}
