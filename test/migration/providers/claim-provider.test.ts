import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { create, diff, read, remove, update, type ClaimInputs } from "../../../migration/providers/claim-provider.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const path = "/api/v1/namespaces/storage/persistentvolumeclaims/snapshots";

describe("a claim that outlives its stack", () => {
  let kubernetes: FakeKubernetes;
  let inputs: ClaimInputs;
  beforeEach(async () => {
    kubernetes = await startFakeKubernetes();
    const { kubeconfig } = kubernetes;
    const claim = { claim: "snapshots", size: "10Gi", storageClass: "", component: "snapshots" };
    inputs = { kubeconfig, namespace: "storage", ...claim, makeAgain: "" };
  });
  afterEach(() => kubernetes.stop());

  it("is made, made again once it is gone, and never deleted", async () => {
    assert.deepEqual(await create(inputs), { id: "storage/snapshots", outs: inputs });
    const made = kubernetes.objects.get(path);
    assert.deepEqual(made?.spec, { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } });
    assert.equal(made.metadata.labels?.["app.kubernetes.io/component"], "snapshots");
    assert.ok(kubernetes.objects.delete(path));
    await update("storage/snapshots", inputs, { ...inputs, makeAgain: "now", storageClass: "fast" });
    assert.equal((kubernetes.objects.get(path)?.spec as { storageClassName?: string }).storageClassName, "fast");
    await remove();
    assert.ok(kubernetes.objects.has(path));
  });

  it("is used as it is where it is there, whoever has made it", async () => {
    const there = { metadata: { name: "snapshots" }, spec: { storageClassName: "slow" } };
    kubernetes.objects.set(path, there);
    await create(inputs);
    assert.equal(kubernetes.objects.get(path), there);
    assert.ok(!kubernetes.requests.some((request) => request.startsWith("POST")));
  });

  it("is not written to while it is being deleted, and says what the API server refuses", async () => {
    const deletionTimestamp = "2026-11-30T15:00:00Z";
    kubernetes.objects.set(path, { metadata: { name: "snapshots", deletionTimestamp } });
    await assert.rejects(create(inputs), /PersistentVolumeClaim snapshots can't be made: .*is being deleted: wait/);
    kubernetes.objects.delete(path);
    kubernetes.fault = (request) => (request.startsWith("POST") ? 403 : undefined);
    await assert.rejects(create(inputs), /^Error: PersistentVolumeClaim snapshots can't be made: .*403/);
  });

  it("changes only when it is another one, or the plan did not find it", async () => {
    const changes = async (news: Partial<ClaimInputs>) => (await diff("id", inputs, { ...inputs, ...news })).changes;
    assert.deepEqual(await read("id", inputs), { id: "id", props: inputs });
    assert.equal(await changes({ size: "20Gi", storageClass: "fast" }), false);
    assert.equal(await changes({ makeAgain: "now" }), true);
    assert.equal(await changes({ claim: "other" }), true);
    const made = { ...inputs, makeAgain: "now" };
    assert.equal((await diff("id", made, inputs)).changes, false);
  });
});
