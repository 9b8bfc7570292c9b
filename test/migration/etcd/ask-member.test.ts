import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { askMember } from "../../../migration/etcd/ask-member.ts";
import { EtcdUnreachableError } from "../../../migration/etcd/errors.ts";
import { freePort, startEtcd } from "../../etcd-process.ts";

describe("a member that is asked", () => {
  it("says which cluster it is of, whether it has a leader, and who else there is", async () => {
    const etcd = await startEtcd();
    try {
      const view = await askMember({ host: "127.0.0.1", port: etcd.port }, etcd.tls, 3_000);
      assert.equal(view.clusterId, (await etcd.store.status()).clusterId);
      assert.match(view.version, /^3\./);
      assert.equal(view.hasLeader, true);
      assert.deepEqual(view.errors, []);
      assert.equal(view.members.length, 1);
      assert.notEqual(view.members[0]?.name, "");
    } finally {
      await etcd.stop();
    }
  });

  it("that is not there is an error", async () => {
    await assert.rejects(
      askMember({ host: "127.0.0.1", port: await freePort() }, undefined, 1_000),
      EtcdUnreachableError,
    );
  });
});
