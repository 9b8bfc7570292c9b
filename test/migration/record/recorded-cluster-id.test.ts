import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startFakeKubernetes } from "../kubernetes/fake-kubernetes.ts";
import { readRecordedClusterId } from "../../../migration/record/recorded-cluster-id.ts";

const place = { namespace: "storage", record: "a-record" };

describe("the recorded etcd's id", () => {
  it("is read by itself, of whatever else the record holds", async () => {
    const fake = await startFakeKubernetes();
    try {
      assert.equal(await readRecordedClusterId(fake.cluster, place), undefined);
      const metadata = { name: "a-record" };
      fake.objects.set("/api/v1/namespaces/storage/configmaps/a-record", { metadata, data: { etcdClusterId: "12" } });
      assert.equal(await readRecordedClusterId(fake.cluster, place), "12");
      fake.objects.set("/api/v1/namespaces/storage/configmaps/a-record", { metadata });
      assert.equal(await readRecordedClusterId(fake.cluster, place), undefined);
    } finally {
      await fake.stop();
    }
  });
});
