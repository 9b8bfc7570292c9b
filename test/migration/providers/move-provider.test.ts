import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  check,
  create,
  diff,
  read,
  remove,
  update,
  type MoveInputs,
} from "../../../migration/providers/move-provider.ts";
import { tridentOn } from "../trident/moving/moved-scene.ts";

const inputs: MoveInputs = {
  ...{ namespace: "trident", legacyDeployment: "trident", record: "a-record", prefix: "/trident/", timeoutSeconds: 1 },
  from: "11",
  source: { namespace: "trident", endpoints: ["https://old:2379"], clientSecret: "a" },
  destination: { namespace: "trident", endpoints: ["https://new:2379"], clientSecret: "b" },
  newTrident: tridentOn("https://new:2379").spec,
};

describe("a move from one etcd to another, as Pulumi calls it", () => {
  it("is made once, whatever changes, unless another etcd is moved from", async () => {
    const later: MoveInputs = { ...inputs, timeoutSeconds: 9 };
    Reflect.deleteProperty(later, "source");
    assert.equal((await diff("id", inputs, later)).changes, false);
    const another = await diff("id", inputs, { ...inputs, from: "22" });
    assert.deepEqual([another.changes, another.replaces], [true, ["from"]]);
  });

  it("keeps what it is told, and its removal takes nothing away", async () => {
    assert.deepEqual(await check({}, inputs), { inputs, failures: [] });
    assert.deepEqual(await read("id", inputs), { id: "id", props: inputs });
    assert.deepEqual(await update("id", inputs), { outs: inputs });
    await remove();
  });

  it("fails with a message alone where there is no cluster", async () => {
    await assert.rejects(create({ ...inputs, kubeconfig: "/nowhere/kubeconfig" }), (error: unknown) => {
      assert.ok(error instanceof Error && !("id" in error));
      assert.match(error.message, /kubeconfig/);
      return true;
    });
  });
});
