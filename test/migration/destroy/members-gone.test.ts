import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "node:test";
import { waitUntilMembersAreGone } from "../../../migration/destroy/members-gone.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const labels = { app: "etcd", etcd_cluster: "db" };

describe("the wait for members", () => {
  let fake: FakeKubernetes;
  let lines: string[];

  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 10_000 });
    lines = [];
  });
  afterEach(() => fake.stop());

  const wait = (timeoutSeconds: number): Promise<void> =>
    waitUntilMembersAreGone(fake.cluster, { namespace: "storage", etcdCluster: "db", timeoutSeconds }, (line) =>
      lines.push(line),
    );

  it("ends at once when there are none, whatever other pods there are", async () => {
    fake.objects.set("/api/v1/namespaces/storage/pods/other", {
      metadata: { name: "other", labels: { ...labels, etcd_cluster: "another" } },
    });
    await wait(1);
    assert.deepEqual(lines, []);
    assert.equal(fake.requests.length, 1);
  });

  it("ends once they are gone", async () => {
    const path = "/api/v1/namespaces/storage/pods/db-a";
    fake.objects.set(path, { metadata: { name: "db-a", labels } });
    const gone = wait(30);
    while (lines.length === 0) await setImmediate();
    fake.objects.delete(path);
    await gone;
    assert.deepEqual(lines, ["Waiting until the pods of EtcdCluster db are gone: db-a."]);
  });

  it("fails with the pods that stay, and the command that removes them", async () => {
    fake.objects.set("/api/v1/namespaces/storage/pods/db-a", { metadata: { name: "db-a", labels } });
    await assert.rejects(wait(0.1), {
      name: "MembersRemainError",
      message: /pod db-a unknown.*kubectl --namespace storage delete pod --selector app=etcd,etcd_cluster=db --force/s,
    });
  });
});
