import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startFakeKubernetes } from "../kubernetes/fake-kubernetes.ts";
import { readRecordedClusterIds } from "../../../migration/record/recorded-cluster-ids.ts";

const place = { namespace: "storage", record: "a-record" };

describe("the recorded etcds' ids", () => {
  it("are read by themselves, with that of the etcd that was moved from, of whatever else the record holds", async () => {
    const fake = await startFakeKubernetes();
    try {
      assert.deepEqual(await readRecordedClusterIds(fake.cluster, place), []);
      const metadata = { name: "a-record" };
      fake.objects.set("/api/v1/namespaces/storage/configmaps/a-record", { metadata, data: { etcdClusterId: "12" } });
      assert.deepEqual(await readRecordedClusterIds(fake.cluster, place), ["12"]);
      const moved = { etcdClusterId: "12", movedFromEtcd: "7" };
      fake.objects.set("/api/v1/namespaces/storage/configmaps/a-record", { metadata, data: moved });
      assert.deepEqual(await readRecordedClusterIds(fake.cluster, place), ["12", "7"]);
      const underWay = { etcdClusterId: "12", "move.firstPass": JSON.stringify({ destinationClusterId: "34" }) };
      fake.objects.set("/api/v1/namespaces/storage/configmaps/a-record", { metadata, data: underWay });
      assert.deepEqual(await readRecordedClusterIds(fake.cluster, place), ["12", "34"]);
      fake.objects.set("/api/v1/namespaces/storage/configmaps/a-record", { metadata });
      assert.deepEqual(await readRecordedClusterIds(fake.cluster, place), []);
    } finally {
      await fake.stop();
    }
  });
});
