import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { managedByLabel, managedByValue } from "../../../../migration/kubernetes/ownership.ts";
import { checkLegacyEtcdImage } from "../../../../migration/trident/legacy-etcd/image-check.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../../kubernetes/fake-kubernetes.ts";
import { legacyTrident } from "../legacy/legacy-deployment.ts";

const path = "/api/v1/namespaces/trident/pods/trident-etcd-image-check";
const owner = { name: "trident-etcd-migration", uid: "uid-record" };

describe("the check of the legacy etcd's image", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
  });
  afterEach(() => fake.stop());

  it("succeeds when a pod of it ran to its end, and leaves no pod", async () => {
    kubelet({ terminated: { exitCode: 0 } });
    await checkLegacyEtcdImage(fake.cluster, legacyTrident(), owner, { timeoutSeconds: 5 });
    assert.ok(!fake.objects.has(path));
  });

  it("fails with the kubelet's reason, the image and the way out when it can't be pulled, and leaves no pod", async () => {
    kubelet({ waiting: { reason: "ErrImagePull", message: "no such host" } });
    await assert.rejects(checkLegacyEtcdImage(fake.cluster, legacyTrident(), owner, { timeoutSeconds: 5 }), {
      name: "PodNotStartingError",
      message:
        /ErrImagePull .*no such host\. The migration needs image quay\.io\/coreos\/etcd:v3\.3\.12.*Deployment trident/s,
    });
    assert.ok(!fake.objects.has(path));
  });

  it("fails when the image does not run", async () => {
    kubelet({ terminated: { exitCode: 1, message: "exec format error" } });
    await assert.rejects(checkLegacyEtcdImage(fake.cluster, legacyTrident(), owner, { timeoutSeconds: 5 }), {
      name: "PodNotStartingError",
      message: /exit code 1 \(exec format error\)/,
    });
  });

  it("replaces what a killed run left", async () => {
    fake.objects.set(path, leftover({ [managedByLabel]: managedByValue }));
    kubelet({ terminated: { exitCode: 0 } });
    await checkLegacyEtcdImage(fake.cluster, legacyTrident(), owner, { timeoutSeconds: 5 });
    assert.ok(!fake.objects.has(path));
  });

  it("leaves a pod of that name which somebody else made", async () => {
    fake.objects.set(path, leftover({}));
    await assert.rejects(checkLegacyEtcdImage(fake.cluster, legacyTrident(), owner, { timeoutSeconds: 5 }), {
      name: "ForeignPodError",
    });
    assert.ok(fake.objects.has(path));
  });

  /** What becomes of the pod once it is created. */
  function kubelet(state: Record<string, unknown>): void {
    fake.controller = (changed, pod) => {
      if (changed !== path || pod.status !== undefined) return;
      const image = "quay.io/coreos/etcd:v3.3.12";
      fake.objects.set(path, { ...pod, status: { containerStatuses: [{ name: "etcd", image, state }] } });
    };
  }
});

function leftover(labels: Record<string, string>): FakeObject {
  return { metadata: { name: "trident-etcd-image-check", labels } };
}
