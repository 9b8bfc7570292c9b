import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { restoreOnCluster } from "../../../migration/restore/restore-on-cluster.ts";
import type { RestorePort } from "../../../migration/restore/restore-port.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";
import { ours } from "../plan/scene/places.ts";

const etcdPath = "/apis/etcd.database.coreos.com/v1beta2/namespaces/trident/etcdclusters/trident-etcd";
const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
const recordPath = "/api/v1/namespaces/trident/configmaps/a-record";
const pods = "/api/v1/namespaces/trident/pods";

const etcdCluster = {
  ...{ apiVersion: "etcd.database.coreos.com/v1beta2", kind: "EtcdCluster", spec: { size: 3, version: "3.4.22" } },
  metadata: {
    ...{ name: "trident-etcd", namespace: "trident", uid: "uid-1", resourceVersion: "5" },
    ...{ labels: { a: "label" }, annotations: { "pulumi.com/waitFor": "x" } },
  },
  status: { members: { ready: ["a", "b", "c"] } },
};

describe("the steps of a restore on a cluster", () => {
  let fake: FakeKubernetes;

  const port = (from = "/tmp/a.db"): RestorePort =>
    restoreOnCluster(
      {
        ...{
          cluster: { kubeconfig: fake.kubeconfig },
          namespace: "trident",
          record: "a-record",
          from,
          abandonedEtcd: "7",
        },
        ...{
          prefix: keyPrefix("/trident/"),
          size: 3,
          tridentDeployment: "trident",
          snapshotDirectory: "",
          snapshotClaim: "trident-etcd-snapshots",
          etcdImage: "etcd:v3.4.22",
          timeoutSeconds: 1,
        },
        destination: {
          kind: "managed",
          namespace: "trident",
          etcdCluster: "trident-etcd",
          clientSecret: "etcd-client-tls",
        },
      },
      new AbortController().signal,
      () => undefined,
    );
  const memberPod = (name: string): FakeObject => ({
    metadata: { name, labels: { app: "etcd", etcd_cluster: "trident-etcd" } },
    status: { phase: "Failed" },
  });

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    fake.objects.set("/api/v1/namespaces/trident", { metadata: { name: "trident" } });
    fake.objects.set(recordPath, {
      metadata: { name: "a-record", uid: "u" },
      data: { etcdClusterId: "7", phase: "copied" },
    });
    fake.objects.set(etcdPath, structuredClone(etcdCluster));
  });
  afterEach(() => fake.stop());

  it("keep a record of their own beside the stack's", async () => {
    await port().changeRecord({ phase: "stopped", etcdCluster: "{}", etcdClusterId: "8", etcdRevision: "3" });
    assert.deepEqual(fake.objects.get(recordPath)?.data, {
      ...{ etcdClusterId: "8", phase: "copied", etcdRevision: "3" },
      ...{ "restore.phase": "stopped", "restore.etcdCluster": "{}" },
    });
    const { stack, restore } = await port().readRecords();
    assert.deepEqual([stack.phase, restore.phase, restore.etcdCluster], ["copied", "stopped", "{}"]);
  });

  it("see that the quorum is lost, and with what the etcd is made again", async () => {
    fake.objects.set(`${pods}/a`, memberPod("a"));
    const found = await port().lookAtEtcd();
    assert.equal(found.kind, "lost");
    assert.match(found.seen, /a has ended/);
    const { labels, annotations } = etcdCluster.metadata;
    assert.deepEqual(found.manifest.metadata, {
      name: "trident-etcd",
      namespace: "trident",
      uid: "uid-1",
      labels,
      annotations,
    });
    assert.deepEqual(found.manifest.spec, etcdCluster.spec);
    assert.ok(!("fieldManager" in found.manifest));
  });

  it("see that it is gone, or going", async () => {
    fake.objects.set(etcdPath, { ...etcdCluster, metadata: { ...etcdCluster.metadata, deletionTimestamp: "now" } });
    assert.deepEqual(await port().lookAtEtcd(), { kind: "leaving" });
    fake.objects.delete(etcdPath);
    assert.deepEqual(await port().lookAtEtcd(), { kind: "absent" });
  });

  it("delete that EtcdCluster, and no other one, and go on only once its pods are gone", async () => {
    const found = await port().lookAtEtcd();
    assert.equal(found.kind, "lost");
    fake.objects.set(`${pods}/a`, memberPod("a"));
    await assert.rejects(port().deleteEtcdCluster(found.manifest), /is deleted and not gone \(pod a Failed\).*--force/);
    fake.objects.delete(`${pods}/a`);
    await port().deleteEtcdCluster(found.manifest);
    assert.ok(!fake.objects.has(etcdPath));
    fake.objects.set(etcdPath, { ...etcdCluster, metadata: { ...etcdCluster.metadata, uid: "uid-2" } });
    fake.objects.set(`${pods}/b`, memberPod("b"));
    await port().deleteEtcdCluster(found.manifest);
    assert.equal(fake.objects.get(etcdPath)?.metadata.uid, "uid-2");
  });

  it("make it as it was, in the name of who applied it, and leave one that stands", async () => {
    const managedFields = [{ manager: "pulumi-kubernetes-1a2b", operation: "Apply" }];
    fake.objects.set(etcdPath, { ...etcdCluster, metadata: { ...etcdCluster.metadata, managedFields } });
    const found = await port().lookAtEtcd();
    assert.equal(found.kind, "lost");
    assert.equal(found.manifest.fieldManager, "pulumi-kubernetes-1a2b");
    for (const manifest of [found.manifest, { ...found.manifest, fieldManager: undefined }]) {
      fake.objects.delete(etcdPath);
      fake.requests.length = 0;
      const { fieldManager, ...others } = manifest;
      await port().createEtcdCluster(fieldManager === undefined ? others : { ...others, fieldManager });
      const made = fake.objects.get(etcdPath);
      assert.deepEqual([made?.spec, made?.metadata.labels], [etcdCluster.spec, etcdCluster.metadata.labels]);
      assert.notEqual(made?.metadata.uid, "uid-1");
      assert.equal(fake.requests.at(-1)?.split(" ")[0], fieldManager === undefined ? "POST" : "PATCH");
    }
    fake.requests.length = 0;
    await port().createEtcdCluster(found.manifest);
    assert.deepEqual(fake.requests, [`GET ${etcdPath}`]);
  });

  it("stop this program's Trident and no other, and start it as it was", async () => {
    assert.equal(await port().findTrident(), undefined);
    const labels = { app: "trident.netapp.io" };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels } } };
    fake.objects.set(deploymentPath, { metadata: { name: "trident", namespace: "trident" }, spec });
    await assert.rejects(port().findTrident(), /was not made by this project/);
    const metadata = { name: "trident", namespace: "trident", uid: "uid-t", ...ours };
    fake.objects.set(deploymentPath, { metadata, spec });
    assert.deepEqual(await port().findTrident(), { replicas: 1 });
    await port().stopTrident();
    assert.equal((fake.objects.get(deploymentPath)?.spec as { replicas: number }).replicas, 0);
    await port().scaleTrident(1);
    assert.equal((fake.objects.get(deploymentPath)?.spec as { replicas: number }).replicas, 1);
  });

  it("keep clients from the etcd by their Service, which leads to the members again afterwards", async () => {
    const path = "/api/v1/namespaces/trident/services/trident-etcd-client";
    const selector = { app: "etcd", etcd_cluster: "trident-etcd" };
    await port().holdOffClients(true);
    fake.objects.set(path, { metadata: { name: "trident-etcd-client" }, spec: { selector } });
    await port().holdOffClients(true);
    assert.deepEqual(fake.objects.get(path)?.spec, {
      selector: { ...selector, "trident-etcd/held-off-by": "restore" },
    });
    await port().holdOffClients(false);
    assert.deepEqual(fake.objects.get(path)?.spec, { selector });
  });

  it("hold the Lease of whatever moves Trident's state", async () => {
    const lease = await port().acquireLease(() => undefined);
    assert.ok(fake.objects.has("/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration"));
    await lease.release();
  });
});
