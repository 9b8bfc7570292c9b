import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { askMember } from "../../../migration/etcd/ask-member.ts";
import { removeMember } from "../../../migration/etcd/remove-member.ts";
import { startCluster, type ClusterMember, type EtcdCluster } from "../../etcd-cluster.ts";

const deadline = 10_000;

describe("a member that is taken off its cluster's list", () => {
  let cluster: EtcdCluster;

  before(async () => {
    cluster = await startCluster();
  });

  after(() => cluster.stop());

  it("is on nobody's list any more, and taking it off once more is no error", async () => {
    const leader = await cluster.leader();
    const gone = cluster.members.find((each) => each !== leader);
    assert.ok(gone !== undefined);
    const { tls } = cluster.target();
    const before = await listOf(leader);
    const id = await idOf(gone);
    await gone.kill();

    await removeMember(leader, tls, id, deadline);
    await removeMember(leader, tls, id, deadline);

    assert.deepEqual(
      await listOf(leader),
      before.filter((each) => each !== id),
    );
  });

  async function listOf(member: ClusterMember): Promise<string[]> {
    const { members } = await askMember(member, cluster.target().tls, deadline);
    return members.map(({ id }) => id).sort();
  }

  /** etcdctl prints it as a hexadecimal number. */
  async function idOf(member: ClusterMember): Promise<string> {
    const list = await cluster.etcdctl("member", "list");
    const line = list.split("\n").find((each) => each.includes(`:${member.port},`) || each.endsWith(`:${member.port}`));
    return BigInt(`0x${line?.split(",")[0] ?? ""}`).toString();
  }
});
