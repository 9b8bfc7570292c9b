import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { pullImages } from "../../../../migration/kubernetes/images/pull-images.ts";
import { managedByLabel, managedByValue } from "../../../../migration/kubernetes/ownership.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../fake-kubernetes.ts";

const name = "trident-etcd-pull-new";
const path = `/api/v1/namespaces/trident/pods/${name}`;
const image = "netapp/trident:19.04.0";
const pull = {
  namespace: "trident",
  name,
  pods: { containers: [{ name: "main", image }] },
  owner: { name: "trident-etcd-migration", uid: "uid-record" },
};

describe("the pull of images before something is stopped", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
  });
  afterEach(() => fake.stop());

  it("ends once they are there, and leaves no pod", async () => {
    kubelet({ terminated: { exitCode: 0 } });
    await pulling();
    assert.ok(!fake.objects.has(path));
    assert.ok(fake.requests.includes("POST /api/v1/namespaces/trident/pods"));
  });

  it("fails with the image, the node, the kubelet's reason and the way out, and leaves no pod", async () => {
    kubelet({ waiting: { reason: "ErrImagePull", message: "manifest unknown." } });
    await assert.rejects(pulling(), {
      name: "ImageNotPulledError",
      message:
        "Image netapp/trident:19.04.0 can't be pulled in namespace trident, on node n1: ErrImagePull: manifest unknown. The way out.",
    });
    assert.ok(!fake.objects.has(path));
  });

  it("says what the first try failed with when the kubelet waits for the next", async () => {
    kubelet({ waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } });
    const event = { reason: "Failed", message: 'Failed to pull image "netapp/trident:19.04.0": no such host' };
    fake.objects.set("/api/v1/namespaces/trident/events/a", { metadata: { name: "a" }, ...event });
    await assert.rejects(pulling(), /ImagePullBackOff: Back-off pulling image \(Failed to pull .*no such host\)/);
  });

  it("leaves no pod when it is interrupted", async () => {
    const interruption = new AbortController();
    fake.controller = () => {
      interruption.abort(new Error("it was interrupted"));
    };
    await assert.rejects(pulling(interruption.signal), /it was interrupted/);
    assert.ok(!fake.objects.has(path));
  });

  it("says what was seen last where no node takes the pod, and leaves none", async () => {
    status({ conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" }] });
    await assert.rejects(
      pulling(undefined, 1),
      /pull netapp\/trident:19\.04\.0, in vain; last seen: Unschedulable: 0\/3/,
    );
    assert.ok(!fake.objects.has(path));
  });

  it("replaces what a killed run left, and leaves a pod that somebody else made", async () => {
    kubelet({ terminated: { exitCode: 0 } });
    fake.objects.set(path, { metadata: { name, labels: { [managedByLabel]: managedByValue } } });
    await pulling();
    assert.ok(!fake.objects.has(path));
    fake.objects.set(path, { metadata: { name, labels: {} } });
    await assert.rejects(pulling(), { name: "ForeignPodError" });
    assert.ok(fake.objects.has(path));
  });

  function pulling(interruption?: AbortSignal, timeoutSeconds = 5): Promise<void> {
    return pullImages(fake.cluster, pull, "The way out.", { timeoutSeconds, interruption });
  }

  /** What becomes of the pod's one container. */
  function kubelet(state: Record<string, unknown>): void {
    status({ containerStatuses: [{ name: "image-0", image, state }] });
  }

  function status(told: Record<string, unknown>): void {
    fake.controller = (changed, pod) => {
      if (changed !== path || pod.status !== undefined) return;
      fake.objects.set(path, { ...pod, spec: { ...(pod.spec as object), nodeName: "n1" }, status: told });
    };
  }
});
