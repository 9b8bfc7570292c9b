import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create, diff, read, remove, update } from "../../../migration/providers/namespace-provider.ts";
import { startFakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const path = "/api/v1/namespaces/trident";

describe("the namespace of a stack", () => {
  it("is made, made again once it is gone, and never deleted", async () => {
    const kubernetes = await startFakeKubernetes();
    try {
      const inputs = { kubeconfig: kubernetes.kubeconfig, namespace: "trident", makeAgain: "now" };
      assert.deepEqual(await create(inputs), { id: "trident", outs: inputs });
      assert.ok(kubernetes.objects.delete(path));
      await update("trident", inputs, { ...inputs, makeAgain: "later" });
      assert.ok(kubernetes.objects.has(path));
      await remove();
      assert.ok(kubernetes.objects.has(path));
      kubernetes.objects.delete(path);
      kubernetes.fault = (request) => (request.startsWith("POST") ? 403 : undefined);
      await assert.rejects(create(inputs), /^Error: Namespace trident can't be made: .*403/);
    } finally {
      await kubernetes.stop();
    }
  });

  it("changes only when it is another one, or the plan did not find it", async () => {
    const found = { namespace: "trident", makeAgain: "" };
    assert.deepEqual(await read("trident", found), { id: "trident", props: found });
    const changes = async (olds: typeof found, news: typeof found) => (await diff("trident", olds, news)).changes;
    assert.equal(await changes({ ...found, makeAgain: "now" }, found), false);
    assert.equal(await changes(found, { ...found, makeAgain: "now" }), true);
    assert.equal(await changes(found, { ...found, namespace: "storage" }), true);
  });
});
