import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { PodNotStartingError } from "../../../../migration/kubernetes/errors.ts";
import { ClaimMissingError } from "../../../../migration/snapshot/claim/claim-errors.ts";
import { withSnapshotClaim } from "../../../../migration/snapshot/claim/with-snapshot-claim.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";

const place = "/api/v1/namespaces/storage";
const request = {
  namespace: "storage",
  claim: "snapshots",
  image: "quay.io/coreos/etcd:v3.4.22",
  timeoutSeconds: 5,
} as const;

describe("a claim that is read in a pod", () => {
  let kubernetes: FakeKubernetes;
  beforeEach(async () => {
    kubernetes = await startFakeKubernetes();
    kubernetes.objects.set(`${place}/persistentvolumeclaims/snapshots`, { metadata: { name: "snapshots" } });
  });
  afterEach(() => kubernetes.stop());

  /** As a kubelet would say it. */
  function podsGet(state: object): void {
    kubernetes.controller = (path, pod) => {
      if (!path.includes("/pods/trident-etcd-claim-")) return;
      pod.status = { phase: "Pending", containerStatuses: [{ name: "claim", image: request.image, state }] };
    };
  }

  function pods(): string[] {
    return [...kubernetes.objects.keys()].filter((path) => path.includes("/pods/trident-etcd-claim-"));
  }

  it("is there for as long as it is used", async () => {
    podsGet({ running: {} });
    const seen = await withSnapshotClaim(kubernetes.cluster, request, ({ claim }) => {
      assert.equal(pods().length, 1);
      return Promise.resolve(claim);
    });
    assert.equal(seen, "snapshots");
    assert.deepEqual(pods(), []);
  });

  it("leaves no pod when using it fails, nor one of an earlier run that has ended", async () => {
    podsGet({ running: {} });
    const labels = { "app.kubernetes.io/managed-by": "trident-etcd", "app.kubernetes.io/component": "snapshot-claim" };
    const old = { metadata: { name: "trident-etcd-claim-old", labels }, status: { phase: "Failed" } };
    kubernetes.objects.set(`${place}/pods/trident-etcd-claim-old`, old);
    const using = withSnapshotClaim(kubernetes.cluster, request, () => Promise.reject(new Error("no such file")));
    await assert.rejects(using, /no such file/);
    assert.deepEqual(pods(), []);
  });

  it("is mounted on the node of a pod that has it already", async () => {
    podsGet({ running: {} });
    const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "snapshots" } }];
    const user = { metadata: { name: "job" }, spec: { nodeName: "n2", volumes }, status: { phase: "Running" } };
    kubernetes.objects.set(`${place}/pods/job`, user);
    await withSnapshotClaim(kubernetes.cluster, request, () => {
      const pod = kubernetes.objects.get(pods()[0] ?? "") as unknown as { spec: { nodeName: string } };
      assert.equal(pod.spec.nodeName, "n2");
      return Promise.resolve();
    });
  });

  it("that is not there is named before a pod is made", async () => {
    const using = withSnapshotClaim(kubernetes.cluster, { ...request, claim: "other" }, () => Promise.resolve());
    await assert.rejects(using, (error) => error instanceof ClaimMissingError && error.message.includes("other"));
    assert.ok(!kubernetes.requests.includes(`POST ${place}/pods`));
  });

  it("whose pod can't start is told with the reason, and the pod is removed", async () => {
    podsGet({ waiting: { reason: "ImagePullBackOff", message: "no such image" } });
    const using = withSnapshotClaim(kubernetes.cluster, request, () => Promise.resolve());
    await assert.rejects(
      using,
      (error) => error instanceof PodNotStartingError && error.message.includes("no such image"),
    );
    assert.deepEqual(pods(), []);
  });
});
