import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { keyPrefix } from "../../../../migration/copy/store/key-range.ts";
import { clusterAdapter } from "../../../../migration/trident/port/cluster-adapter.ts";
import type { ClusterPort } from "../../../../migration/trident/port/cluster-port.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../../kubernetes/fake-kubernetes.ts";
import { destination, source, tridentOn } from "../moving/moved-scene.ts";

const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
const recordPath = "/api/v1/namespaces/trident/configmaps/a-record";
const podPath = "/api/v1/namespaces/trident/pods/trident-1";

describe("the steps of a move", () => {
  let fake: FakeKubernetes;
  let port: ClusterPort;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    fake.controller = (path) => {
      if (path === deploymentPath) runPod();
    };
    fake.objects.set("/api/v1/namespaces/trident", { metadata: { name: "trident" } });
    fake.objects.set(recordPath, { metadata: { name: "a-record", uid: "uid-record" }, data: { etcdClusterId: "11" } });
    fake.objects.set(deploymentPath, tridentOn("https://old:2379") as unknown as FakeObject);
    runPod();
    port = clusterAdapter({
      ...{ cluster: { kubeconfig: fake.kubeconfig }, namespace: "trident", legacyDeployment: "trident" },
      ...{ legacyEtcdContainer: "", record: "a-record", prefix: keyPrefix("/trident/"), timeoutSeconds: 2 },
      ...{ destination, source: { address: source, clusterId: "11" }, newTrident: tridentOn("https://new:2379").spec },
    });
  });
  afterEach(() => fake.stop());

  it("keep a record of their own beside a migration's, and the etcd's id where everybody looks", async () => {
    fake.objects.set(recordPath, {
      metadata: { name: "a-record", uid: "uid-record" },
      data: { phase: "copied", result: "of the migration", etcdClusterId: "11" },
    });
    assert.equal((await port.readRecord()).phase, undefined);
    await port.changeRecord({ phase: "stopped", etcdClusterId: "22", movedFromEtcd: "11" });
    assert.deepEqual(fake.objects.get(recordPath)?.data, {
      ...{ phase: "copied", result: "of the migration", "move.phase": "stopped" },
      ...{ etcdClusterId: "22", movedFromEtcd: "11" },
    });
  });

  it("forget an earlier move, which brought Trident to where it is moved from now", async () => {
    const revisions = { sha256: "s", sourceRevision: "1", destinationRevision: "1" };
    const result = JSON.stringify({ keys: 1, sourceClusterId: "7", destinationClusterId: "12", ...revisions });
    await port.changeRecord({ phase: "copied", result });
    assert.equal((await port.readRecord()).phase, undefined);
    await port.changeRecord({ phase: "copied", result: result.replace('"7"', '"11"') });
    assert.equal((await port.readRecord()).phase, "copied");
  });

  it("stop Trident once its Deployment is saved, and see that nothing of it runs", async () => {
    const stop = await stopped();
    assert.equal(deployment().spec.replicas, 0);
    assert.ok(!fake.objects.has(podPath));
    const data = fake.objects.get(recordPath)?.data as Record<string, string>;
    assert.equal(data["move.phase"], "stopped");
    assert.match(data["move.legacyDeployment"] ?? "", /https:\/\/old:2379/);
    await port.checkStillStopped(stop);
    scale(1);
    await assert.rejects(port.checkStillStopped(stop), /it is scaled to 1/);
  });

  it("have it serve again where it was, with the replicas that it had", async () => {
    const { legacy } = await stopped();
    await assert.rejects(port.restoreLegacy(legacy), /REST API/);
    assert.equal(deployment().spec.replicas, 1);
    assert.deepEqual(deployment().metadata.annotations, {});
    const data = fake.objects.get(recordPath)?.data as Record<string, string>;
    assert.deepEqual(data, { etcdClusterId: "11" });
  });

  it("know a new Trident by the etcd that its Deployment names and by their marks", async () => {
    await stopped();
    assert.equal(await port.findNewTrident(), undefined);
    pointAt("https://new:2379", {
      "trident-etcd/verified-revision": "42",
      "trident-etcd/replicas-before-migration": "1",
    });
    assert.deepEqual(await port.findNewTrident(), { replicas: 1, verifiedRevision: 42n, hasServed: false });
    const found = await port.findTrident();
    assert.ok(found.kind === "legacy" && found.legacy.stoppedByMigration);
  });

  it("leave one that has arrived to the stack, and then there is nothing to be taken back any more", async () => {
    await stopped();
    pointAt("https://new:2379", {
      "trident-etcd/verified-revision": "42",
      "trident-etcd/replicas-before-migration": "1",
    });
    await port.handOverNewTrident();
    assert.deepEqual(deployment().metadata.annotations, {});
    assert.equal((await port.findTrident()).kind, "ours");
    assert.equal(await port.findNewTrident(), undefined);
    assert.equal(await port.resumeNewTrident(), false);
    await port.withdrawNewTrident();
    assert.equal(deployment().spec.replicas, 1);
  });

  it("stop a new one that is paused, and have it serve again", async () => {
    await stopped();
    pointAt("https://new:2379", { "trident-etcd/replicas-before-migration": "1" });
    await port.pauseNewTrident();
    assert.equal(deployment().spec.replicas, 0);
    assert.ok(!fake.objects.has(podPath));
    assert.equal(await port.resumeNewTrident(), true);
    assert.equal(deployment().spec.replicas, 1);
  });

  async function stopped() {
    const found = await port.findTrident();
    assert.ok(found.kind === "legacy");
    return port.stopLegacy(found.legacy, await port.readRecord());
  }

  function deployment() {
    return fake.objects.get(deploymentPath) as unknown as ReturnType<typeof tridentOn>;
  }

  function scale(replicas: number): void {
    fake.objects.set(deploymentPath, {
      ...deployment(),
      spec: { ...deployment().spec, replicas },
    } as unknown as FakeObject);
    runPod();
  }

  function pointAt(url: string, annotations: Record<string, string>): void {
    fake.objects.set(deploymentPath, tridentOn(url, { annotations }) as unknown as FakeObject);
    runPod();
  }

  /** As its controller and a kubelet do. */
  function runPod(): void {
    const { spec } = deployment();
    if (spec.replicas === 0) {
      fake.objects.delete(podPath);
      return;
    }
    const { metadata, spec: pod } = spec.template;
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    fake.objects.set(podPath, { metadata: { name: "trident-1", labels: metadata.labels }, spec: pod, status });
  }
});
