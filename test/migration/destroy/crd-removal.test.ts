import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { crdPath } from "../../../migration/destroy/crd.ts";
import { removeCrdIfUnused } from "../../../migration/destroy/crd-removal.ts";
import { PassedTime } from "../../../migration/lease/passed-time.ts";
import { FakeClocks } from "../lease/fake-clocks.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";

const listPath = "/apis/etcd.database.coreos.com/v1beta2/etcdclusters";
const ours = { "app.kubernetes.io/managed-by": "trident-etcd" };

describe("the removal of the definition of EtcdCluster", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
    fake.objects.set(crdPath(), { metadata: { name: "d", uid: "u", resourceVersion: "7", labels: ours } });
    fake.lists.set(listPath, []);
  });
  afterEach(() => fake.stop());

  it("happens when nobody uses it", async () => {
    assert.deepEqual(await removal(), []);
    assert.ok(!fake.objects.has(crdPath()));
  });

  it("does not happen to somebody else's", async () => {
    fake.objects.set(crdPath(), { metadata: { name: "d", labels: {} } });
    assert.deepEqual(await removal(), []);
    assert.ok(fake.objects.has(crdPath()));
  });

  it("does not happen while an EtcdCluster of any namespace is left, and says which, and the command", async () => {
    fake.lists.set(listPath, [etcdCluster("theirs"), etcdCluster("another", true)]);
    const [line = ""] = await removal();
    assert.match(
      line,
      /is kept: it is used by EtcdCluster other\/another, other\/theirs\. Deleting it deletes every EtcdClu/,
    );
    assert.match(line, /`kubectl delete customresourcedefinition etcdclusters\.etcd\.database\.coreos\.com`/);
    assert.ok(fake.objects.has(crdPath()));
  });

  it("waits for an EtcdCluster that is being deleted", async () => {
    fake.lists.set(listPath, [etcdCluster("ours", true)]);
    setTimeout(() => fake.lists.set(listPath, []), 100);
    assert.deepEqual(await removal(), []);
    assert.ok(!fake.objects.has(crdPath()));
  });

  it("does not wait for ever", async () => {
    fake.lists.set(listPath, [etcdCluster("stuck", true)]);
    assert.match((await removal(0.2))[0] ?? "", /used by EtcdCluster other\/stuck/);
    assert.ok(fake.objects.has(crdPath()));
  });

  it("looks again when the machine slept since it looked, and keeps what is used by then", async () => {
    const clocks = new FakeClocks();
    let looks = 0;
    fake.fault = (request) => {
      if (request !== `GET ${listPath}`) return undefined;
      looks += 1;
      if (looks === 2) clocks.sleep(600_000);
      if (looks === 3) fake.lists.set(listPath, [etcdCluster("theirs")]);
      return undefined;
    };
    const lines: string[] = [];
    const request = { timeoutSeconds: 10, intervalMilliseconds: 1, time: new PassedTime(clocks) };
    await removeCrdIfUnused(fake.cluster, request, (line) => lines.push(line));
    assert.match(lines[0] ?? "", /used by EtcdCluster other\/theirs/);
    assert.ok(fake.objects.has(crdPath()));
  });

  it("looks again when the definition was changed in between", async () => {
    let deletes = 0;
    fake.fault = (request) => {
      if (!request.startsWith("DELETE")) return undefined;
      deletes += 1;
      if (deletes > 1) return undefined;
      // Another stack has come and made its EtcdCluster.
      fake.lists.set(listPath, [etcdCluster("new")]);
      return 409;
    };
    assert.match((await removal())[0] ?? "", /used by EtcdCluster other\/new/);
    assert.equal(deletes, 1);
  });

  it("is no failure when another stack's destroy was faster", async () => {
    fake.fault = (request) => (request.startsWith("DELETE") ? 404 : undefined);
    fake.objects.delete(crdPath());
    assert.deepEqual(await removal(), []);
  });

  for (const [what, path] of [
    ["EtcdClusters of all namespaces", `GET ${listPath}`],
    ["definitions", `GET ${crdPath()}`],
  ] as const) {
    it(`does not happen when the user may not see ${what}, and says why`, async () => {
      fake.fault = (request) => (request === path ? 403 : undefined);
      assert.match((await removal())[0] ?? "", /is kept: .*403/);
      assert.ok(fake.objects.has(crdPath()));
    });
  }

  it("raises what the API server can't do", async () => {
    fake.fault = (request) => (request === `GET ${listPath}` ? 500 : undefined);
    await assert.rejects(removal(), /500/);
    assert.ok(fake.objects.has(crdPath()));
  });

  async function removal(timeoutSeconds = 5): Promise<string[]> {
    const lines: string[] = [];
    const request = { timeoutSeconds, intervalMilliseconds: 20 };
    await removeCrdIfUnused(fake.cluster, request, (line) => lines.push(line));
    return lines;
  }
});

function etcdCluster(name: string, isGoing = false): FakeObject {
  const deletion = isGoing ? { deletionTimestamp: "2030-01-01T00:00:00Z" } : {};
  return { metadata: { name, namespace: "other", ...deletion } };
}
