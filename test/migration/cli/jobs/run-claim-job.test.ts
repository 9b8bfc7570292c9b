import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { runClaimJob } from "../../../../migration/cli/jobs/run-claim-job.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../kubernetes/fake-kubernetes.ts";

const place = "/api/v1/namespaces/storage";
const clusters = "/apis/etcd.database.coreos.com/v1beta2/namespaces/storage/etcdclusters";

describe("a look at a claim", () => {
  let kubernetes: FakeKubernetes;
  let folder: string;
  beforeEach(async () => {
    kubernetes = await startFakeKubernetes();
    kubernetes.objects.set(place, { metadata: { name: "storage" } });
    folder = await mkdtemp(path.join(tmpdir(), "run-claim-job-"));
    await writeFile(path.join(folder, "kubeconfig"), kubernetes.kubeconfig);
  });
  afterEach(async () => {
    await kubernetes.stop();
    await rm(folder, { recursive: true });
  });

  function list(more: object = {}) {
    const named = { namespace: "storage", claim: "c", etcdCluster: "db", kubeconfig: path.join(folder, "kubeconfig") };
    return runClaimJob({ action: "snapshot list", ...named, json: false, quiet: true, ...more });
  }

  /** Of the pod that is made; it can't start. */
  async function imageOfPod(more?: object): Promise<unknown> {
    kubernetes.objects.set(`${place}/persistentvolumeclaims/c`, { metadata: { name: "c" } });
    let image: unknown;
    kubernetes.controller = (at, pod) => {
      if (!at.includes("/pods/")) return;
      image = (pod.spec as { containers: { image: string }[] }).containers[0]?.image;
      const state = { waiting: { reason: "ErrImagePull", message: "no such image" } };
      pod.status = { phase: "Pending", containerStatuses: [{ name: "claim", image, state }] };
    };
    const { outcome, lines } = await list(more);
    assert.equal(outcome, "failed");
    assert.match(lines[0] ?? "", /can't start: ErrImagePull/);
    return image;
  }

  it("names a claim that is not there", async () => {
    const { outcome, lines } = await list();
    assert.equal(outcome, "failed");
    assert.match(lines[0] ?? "", /There is no PersistentVolumeClaim c in namespace storage/);
  });

  it("is by the members' image, by the usual one once they are gone, or by one that is named", async () => {
    assert.equal(await imageOfPod(), "quay.io/coreos/etcd:v3.4.22");
    const spec = { repository: "registry.example/etcd", version: "3.4.20" };
    kubernetes.objects.set(`${clusters}/db`, { metadata: { name: "db" }, spec });
    assert.equal(await imageOfPod(), "registry.example/etcd:v3.4.20");
    assert.equal(await imageOfPod({ image: "mine:1" }), "mine:1");
  });
});
