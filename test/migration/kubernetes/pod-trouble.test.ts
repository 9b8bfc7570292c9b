import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { troubleInEvents, troubleInStatus } from "../../../migration/kubernetes/pod-trouble.ts";

describe("why a pod does not start", () => {
  it("is the image, in the kubelet's words, and final", () => {
    const trouble = troubleInStatus(
      withContainer({ waiting: { reason: "ErrImagePull", message: "registry.invalid: no such host" } }),
    );
    assert.deepEqual(trouble, {
      reason: "ErrImagePull for image etcd:1: registry.invalid: no such host",
      final: true,
    });
  });

  it("is nothing while the container is being created", () => {
    assert.equal(troubleInStatus(withContainer({ waiting: { reason: "ContainerCreating" } })), undefined);
  });

  it("is the container's end, with the last line it wrote", () => {
    const message = "starting\netcdserver: cluster cannot be downgraded\n";
    const trouble = troubleInStatus(withContainer({ terminated: { exitCode: 1, message } }));
    assert.equal(trouble?.final, true);
    assert.match(trouble.reason, /container etcd ended with exit code 1 \(etcdserver: cluster cannot be downgraded\)/);
  });

  it("is the scheduler's word while no node takes it, and not final", () => {
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" }];
    assert.deepEqual(troubleInStatus({ status: { conditions } }), { reason: "Unschedulable: 0/3 nodes", final: false });
  });

  it("is the last troubling event", () => {
    const events = [event("FailedScheduling", "x"), event("FailedMount", "volume not found"), event("Pulled", "y")];
    assert.deepEqual(troubleInEvents(events), { reason: "FailedMount: volume not found", final: false });
    assert.equal(troubleInEvents([event("Pulled", "y")]), undefined);
  });
});

function withContainer(state: NonNullable<NonNullable<V1Pod["status"]>["containerStatuses"]>[number]["state"]): V1Pod {
  const status = { name: "etcd", image: "etcd:1", imageID: "", ready: false, restartCount: 0 };
  return { status: { containerStatuses: [state === undefined ? status : { ...status, state }] } };
}

function event(reason: string, message: string): CoreV1Event {
  return { reason, message, involvedObject: {}, metadata: {} };
}
