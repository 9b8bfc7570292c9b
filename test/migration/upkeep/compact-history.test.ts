import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Maintenance } from "../../../migration/etcd/maintenance.ts";
import { compactHistory } from "../../../migration/upkeep/compact-history.ts";
import { UpkeepRefusedError, type UpkeptEtcd } from "../../../migration/upkeep/upkept-etcd.ts";
import { membersInPods } from "../status/status-scene.ts";

describe("a compaction", () => {
  const compacted: bigint[] = [];
  const etcdOf = (members = membersInPods()): UpkeptEtcd => ({
    ask: () => Promise.resolve(members),
    at: (_pod, work) =>
      work({
        compact: (revision: bigint) => {
          compacted.push(revision);
          return Promise.resolve();
        },
      } as Partial<Maintenance> as Maintenance),
    tryKey: () => Promise.resolve(),
  });

  it("keeps as many of the last revisions as are wanted", async () => {
    assert.deepEqual(await compactHistory(etcdOf(), 3n), { revision: 7n, compactedTo: 4n });
    assert.deepEqual(compacted, [4n]);
  });

  it("has nothing to do in an etcd that is younger", async () => {
    assert.deepEqual(await compactHistory(etcdOf(), 7n), { revision: 7n, compactedTo: undefined });
    assert.deepEqual(compacted, [4n]);
  });

  it("is refused where nobody serves", async () => {
    await assert.rejects(compactHistory(etcdOf(membersInPods({ hasLeader: false })), 1n), UpkeepRefusedError);
  });
});
