import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { managedByLabel, managedByValue } from "../../../migration/kubernetes/ownership.ts";
import { isActive, isReady, removePod, selectorText } from "../../../migration/kubernetes/pods.ts";
import { startFakeKubernetes, type FakeKubernetes } from "./fake-kubernetes.ts";

describe("removing a pod", () => {
  const pod = { namespace: "n", name: "p" };
  const path = "/api/v1/namespaces/n/pods/p";
  let fake: FakeKubernetes;

  before(async () => {
    fake = await startFakeKubernetes();
  });
  after(() => fake.stop());

  it("deletes one of ours and waits until it is gone", async () => {
    fake.objects.set(path, { metadata: { name: "p", labels: { [managedByLabel]: managedByValue } } });
    await removePod(fake.cluster, pod, 5);
    assert.ok(!fake.objects.has(path));
  });

  it("is done at once when there is none", async () => {
    await removePod(fake.cluster, pod, 5);
    assert.ok(!fake.requests.includes(`DELETE ${path}/other`));
  });

  it("leaves one that somebody else made, and says so", async () => {
    fake.objects.set(path, { metadata: { name: "p" } });
    await assert.rejects(removePod(fake.cluster, pod, 5), { name: "ForeignPodError", message: /Pod p in namespace n/ });
    assert.ok(fake.objects.has(path));
  });
});

describe("a pod", () => {
  it("that ended holds nothing any more, one that is being deleted does", () => {
    assert.ok(!isActive({ status: { phase: "Succeeded" } }));
    assert.ok(!isActive({ status: { phase: "Failed" } }));
    assert.ok(isActive({ status: { phase: "Running" }, metadata: { deletionTimestamp: new Date() } }));
  });

  it("that is being deleted is not ready", () => {
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    assert.ok(isReady({ status }));
    assert.ok(!isReady({ status, metadata: { deletionTimestamp: new Date() } }));
  });
});

describe("a selector", () => {
  it("is said as the API's parameter says it", () => {
    const selector = {
      matchLabels: { app: "trident", tier: "x" },
      matchExpressions: [
        { key: "a", operator: "In", values: ["b", "c"] },
        { key: "d", operator: "DoesNotExist" },
      ],
    };
    assert.equal(selectorText(selector), "app=trident,tier=x,a in (b,c),!d");
  });
});
