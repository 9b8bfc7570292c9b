import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  check,
  create,
  diff,
  read,
  remove,
  type ServingCheckInputs,
} from "../../../migration/providers/serving-check-provider.ts";

const own = { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };
const inputs: ServingCheckInputs = {
  ...{ namespace: "trident", destination: own, prefix: "/trident/", record: "trident-etcd-migration", size: 3 },
  ...{ tridentDeployment: "trident", timeoutSeconds: 1, lookAgain: "" },
};

describe("the check that an etcd and its Trident serve, as Pulumi calls it", () => {
  it("is left alone while the plan finds nothing missing, whatever it was made for", async () => {
    assert.equal(await changes(inputs, inputs), false);
    assert.equal(await changes({ ...inputs, lookAgain: "2030-01-01" }, inputs), false);
    assert.equal(await changes(inputs, { ...inputs, timeoutSeconds: 9, abandonedEtcd: "1" }), false);
    assert.equal(await changes(inputs, { ...inputs, destination: { ...own, clientSecret: "another" } }), false);
  });

  it("is made again where the plan misses something, or something else is to be there", async () => {
    assert.equal(await changes(inputs, { ...inputs, lookAgain: "2030-01-01" }), true);
    assert.equal(await changes(inputs, { ...inputs, size: 5 }), true);
    const destination = { namespace: "trident", endpoints: ["https://etcd.example.com:2379"] };
    assert.equal(await changes(inputs, { ...inputs, destination }), true);
  });

  it("is never replaced, keeps what it is told, and removes nothing", async () => {
    assert.deepEqual((await diff("id", inputs, { ...inputs, size: 5 })).replaces, []);
    assert.deepEqual(await check({}, inputs), { inputs, failures: [] });
    assert.deepEqual(await read("id", inputs), { id: "id", props: inputs });
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

async function changes(olds: ServingCheckInputs, news: ServingCheckInputs): Promise<boolean> {
  return (await diff("id", olds, news)).changes;
}
