import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  check,
  create,
  diff,
  read,
  remove,
  update,
  type ImagePullInputs,
} from "../../../migration/providers/image-pull-provider.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const pods = { serviceAccountName: "trident", containers: [{ name: "trident-main", image: "netapp/trident:1" }] };
const inputs: ImagePullInputs = {
  ...{ namespace: "trident", deployment: "trident", record: "trident-etcd-migration", pods, timeoutSeconds: 5 },
};

describe("the pull of Trident's image, as Pulumi calls it", () => {
  it("is made again for another image or another place, and for nothing else", async () => {
    assert.equal(await changes(inputs), false);
    assert.equal(await changes({ ...inputs, timeoutSeconds: 9, record: "another", kubeconfig: "/elsewhere" }), false);
    const another = [{ name: "trident-main", image: "netapp/trident:2" }];
    assert.equal(await changes({ ...inputs, pods: { ...pods, containers: another } }), true);
    assert.equal(await changes({ ...inputs, pods: { ...pods, nodeSelector: { storage: "yes" } } }), true);
  });

  it("is never replaced, keeps what it is told, and removes nothing", async () => {
    assert.deepEqual((await diff("id", inputs, { ...inputs, namespace: "other" })).replaces, []);
    assert.deepEqual(await check({}, inputs), { inputs, failures: [] });
    assert.deepEqual(await read("id", inputs), { id: "id", props: inputs });
    await remove();
  });

  it("is made, and made again, by pulling", async () => {
    const fake = await withKubelet({ terminated: { exitCode: 0 } });
    const own = { ...inputs, kubeconfig: fake.kubeconfig };
    assert.deepEqual(await create(own), { id: "trident/trident", outs: own });
    assert.deepEqual(await update("id", inputs, own), { outs: own });
    await fake.stop();
    assert.equal(fake.requests.filter((request) => request === "POST /api/v1/namespaces/trident/pods").length, 2);
    assert.ok(![...fake.objects.keys()].some((path) => path.includes("/pods/")));
  });

  it("fails with a message alone, which names the setting", async () => {
    const fake = await withKubelet({ waiting: { reason: "ErrImagePull", message: "manifest unknown" } });
    await assert.rejects(create({ ...inputs, kubeconfig: fake.kubeconfig }), (error: unknown) => {
      assert.ok(error instanceof Error && !("id" in error));
      assert.match(
        error.message,
        /^Image netapp\/trident:1 can't be pulled .*manifest unknown.*config set tridentImage/,
      );
      return true;
    });
    await fake.stop();
  });
});

async function changes(news: ImagePullInputs): Promise<boolean> {
  return (await diff("id", inputs, news)).changes;
}

async function withKubelet(state: Record<string, unknown>): Promise<FakeKubernetes> {
  const fake = await startFakeKubernetes();
  fake.objects.set("/api/v1/namespaces/trident/configmaps/trident-etcd-migration", {
    metadata: { name: "trident-etcd-migration", uid: "uid-record" },
  });
  fake.controller = (path, pod) => {
    if (!path.endsWith("/pods/trident-etcd-pull") || pod.status !== undefined) return;
    const status = { containerStatuses: [{ name: "image-0", image: "netapp/trident:1", state }] };
    fake.objects.set(path, { ...pod, status });
  };
  return fake;
}
