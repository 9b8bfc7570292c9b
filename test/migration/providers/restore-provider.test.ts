import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  check,
  create,
  diff,
  read,
  remove,
  update,
  type RestoreInputs,
} from "../../../migration/providers/restore-provider.ts";

const inputs: RestoreInputs = {
  ...{ namespace: "trident", record: "a-record", prefix: "/trident/", timeoutSeconds: 1, size: 3 },
  ...{
    from: "a.db",
    abandonedEtcd: "",
    snapshotDirectory: "snapshots",
    snapshotClaim: "trident-etcd-snapshots",
    etcdImage: "etcd:v3.4.22",
    tridentDeployment: "trident",
  },
  destination: { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" },
  run: "2026-01-02T03:04:05.678Z",
};

describe("a restore, as Pulumi calls it", () => {
  it("is done again only when the plan says so, and never in place of another one", async () => {
    assert.deepEqual(await diff("id", inputs, { ...inputs, run: "", from: "b.db" }), { changes: false, replaces: [] });
    assert.deepEqual(await diff("id", inputs, inputs), { changes: false, replaces: [] });
    assert.deepEqual(await diff("id", inputs, { ...inputs, run: "later" }), { changes: true, replaces: [] });
  });

  it("keeps what it is told, and its removal takes nothing away", async () => {
    assert.deepEqual(await check({}, inputs), { inputs, failures: [] });
    assert.deepEqual(await read("id", inputs), { id: "id", props: inputs });
    await remove();
  });

  it("fails with a message alone where there is no cluster", async () => {
    const nowhere = { ...inputs, kubeconfig: "/nowhere/kubeconfig" };
    for (const attempt of [() => create(nowhere), () => update("id", inputs, nowhere)]) {
      await assert.rejects(attempt, (error: unknown) => {
        assert.ok(error instanceof Error && !("id" in error));
        assert.match(error.message, /kubeconfig/);
        return true;
      });
    }
  });

  it("is only of an etcd of the stack's own", async () => {
    const destination = { namespace: "trident", endpoints: ["https://old:2379"], clientSecret: "a" };
    await assert.rejects(create({ ...inputs, destination }), /only an etcd of the stack's own/);
  });
});
