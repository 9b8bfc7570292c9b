import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { newTridentManifest } from "../../../../migration/trident/new/new-trident.ts";
import {
  handOverNewTrident,
  pauseNewTrident,
  removeHandedOver,
  resumeNewTrident,
  withdrawNewTrident,
} from "../../../../migration/trident/new/withdraw-new-trident.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../../kubernetes/fake-kubernetes.ts";
import { deploymentPath, labels, namespace, newTridentSpec, pod, podPath, runPods } from "./new-trident-fixture.ts";

const place = { namespace, timeoutSeconds: 2 };
const replicaSetPath = `/apis/apps/v1/namespaces/${namespace}/replicasets/trident-external-etcd-abc`;

describe("a new Trident that the stack's Deployment has not taken over", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    runPods(fake, () => running);
    const manifest = newTridentManifest(namespace, newTridentSpec(), 3n) as unknown as FakeObject;
    fake.objects.set(deploymentPath, { ...manifest, metadata: { ...manifest.metadata, uid: "uid-new" } });
    fake.objects.set(podPath, pod(running));
  });
  afterEach(() => fake.stop());

  it("is withdrawn: its pods first, its Deployment last", async () => {
    await withdrawNewTrident(fake.cluster, place);
    assert.ok(!fake.objects.has(podPath));
    assert.ok(!fake.objects.has(deploymentPath));
    const changes = fake.requests.filter((each) => !each.startsWith("GET"));
    assert.deepEqual(changes, [`PATCH ${deploymentPath}`, `DELETE ${deploymentPath}`]);
  });

  it("is not said to be gone while one of its pods may still run", async () => {
    fake.controller = () => undefined;
    await assert.rejects(withdrawNewTrident(fake.cluster, place), { name: "WaitTimeoutError" });
    assert.ok(fake.objects.has(deploymentPath));
  });

  it("is paused, its Deployment kept, and serves again when it is resumed", async () => {
    await pauseNewTrident(fake.cluster, place);
    assert.ok(!fake.objects.has(podPath));
    assert.ok(fake.objects.has(deploymentPath));
    assert.equal(await resumeNewTrident(fake.cluster, namespace), true);
    assert.ok(fake.objects.has(podPath));
    fake.objects.clear();
    assert.equal(await resumeNewTrident(fake.cluster, namespace), false);
  });

  it("is left alone when somebody else made it", async () => {
    const found = fake.objects.get(deploymentPath);
    assert.ok(found !== undefined);
    fake.objects.set(deploymentPath, { ...found, metadata: { ...found.metadata, labels: {} } });
    await assert.rejects(withdrawNewTrident(fake.cluster, place), { name: "ForeignDeploymentError" });
    await assert.rejects(handOverNewTrident(fake.cluster, place), { name: "ForeignDeploymentError" });
    assert.ok(fake.objects.has(deploymentPath));
  });

  it("keeps its pods when it is handed over", async () => {
    await handOverNewTrident(fake.cluster, place);
    assert.ok(!fake.objects.has(deploymentPath));
    assert.ok(fake.objects.has(podPath));
    assert.ok(!fake.requests.includes(`PATCH ${deploymentPath}`));
  });

  it("is handed over only once the controllers have seen that its ReplicaSet has no owner", async () => {
    fake.objects.set(replicaSetPath, replicaSet([]));
    let reads = 0;
    fake.fault = (request) => {
      if (request !== `GET ${replicaSetPath}`) return undefined;
      reads += 1;
      const found = fake.objects.get(replicaSetPath);
      // What they have seen comes in the order in which it happened.
      if (reads === 3 && found !== undefined) found.status = { observedGeneration: found.metadata.generation };
      return undefined;
    };
    await handOverNewTrident(fake.cluster, place);
    assert.equal(reads, 3);
    assert.equal((fake.objects.get(replicaSetPath)?.spec as { minReadySeconds: number }).minReadySeconds, 1);
  });

  it("is not said to be handed over while they have not, and is waited for again by the next run", async () => {
    fake.objects.set(replicaSetPath, replicaSet([]));
    await assert.rejects(handOverNewTrident(fake.cluster, { ...place, timeoutSeconds: 0.3 }), {
      name: "WaitTimeoutError",
      message: /ReplicaSet trident-external-etcd-abc .* has no owner.*they have seen change 0 of 2/,
    });
    assert.ok(!fake.objects.has(deploymentPath));
    fake.controller = (_path, object) => {
      object.status = { observedGeneration: object.metadata.generation };
    };
    await handOverNewTrident(fake.cluster, place);
  });

  it("is left alone by a hand-over once the stack's Deployment has taken it over", async () => {
    fake.objects.delete(deploymentPath);
    fake.objects.set(replicaSetPath, replicaSet([{ kind: "Deployment", name: "trident" }]));
    await handOverNewTrident(fake.cluster, place);
    assert.ok(fake.requests.every((each) => each.startsWith("GET")));
  });

  it("needs nothing done when there is none", async () => {
    fake.objects.clear();
    await withdrawNewTrident(fake.cluster, place);
    await handOverNewTrident(fake.cluster, place);
    await removeHandedOver(fake.cluster, place);
    assert.ok(fake.requests.every((each) => each.startsWith("GET")));
  });

  it("is removed after it was handed over to a Deployment that never came", async () => {
    fake.objects.set(replicaSetPath, replicaSet([]));
    fake.fault = (request) => {
      if (request === `DELETE ${replicaSetPath}`) fake.objects.delete(podPath);
      return undefined;
    };
    await removeHandedOver(fake.cluster, place);
    assert.ok(!fake.objects.has(replicaSetPath));
  });

  it("is not removed once the stack's Deployment has taken it over", async () => {
    fake.objects.set(replicaSetPath, replicaSet([{ kind: "Deployment", name: "trident" }]));
    await removeHandedOver(fake.cluster, place);
    assert.ok(fake.objects.has(replicaSetPath));
    assert.ok(fake.objects.has(podPath));
  });
});

const running = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };

function replicaSet(ownerReferences: unknown[]): FakeObject {
  return { metadata: { name: "trident-external-etcd-abc", namespace, uid: "uid-rs", labels, ownerReferences } };
}
