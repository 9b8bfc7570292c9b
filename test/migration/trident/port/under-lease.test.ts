import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { LeaseLostError } from "../../../../migration/lease/held-lease.ts";
import type { MigrationLease } from "../../../../migration/lease/held-lease.ts";
import { underLease } from "../../../../migration/trident/port/under-lease.ts";
import { FakeCluster } from "./fake-cluster.ts";

describe("what a run does under its Lease", () => {
  let cluster: FakeCluster;
  let lease: MigrationLease;

  beforeEach(async () => {
    cluster = new FakeCluster();
    lease = await cluster.acquireLease();
  });

  it("is answered, and the Lease is released", async () => {
    assert.equal(await underLease(cluster, lease, (fenced) => Promise.resolve(fenced.namespace)), "trident");
    assert.equal(cluster.leases, 0);
  });

  it("raises what it fails with while the Lease is held", async () => {
    const failure = new Error("no room");
    await assert.rejects(
      underLease(cluster, lease, () => Promise.reject(failure)),
      failure,
    );
    assert.equal(cluster.leases, 0);
  });

  it("changes nothing any more once the Lease is lost, and raises why that is", async () => {
    const losing = underLease(cluster, lease, async (fenced) => {
      await fenced.changeRecord({ phase: "stopped" });
      cluster.loseLease();
      assert.equal((await fenced.findTrident()).kind, "legacy");
      await fenced.removeSourcePod();
      await fenced.changeRecord({ phase: "copied" });
    });
    await assert.rejects(losing, LeaseLostError);
    assert.ok(!cluster.steps.includes("removeSourcePod"));
    assert.deepEqual([cluster.recorded.phase, cluster.leases], ["stopped", 0]);
  });

  it("raises what its sequence makes of a loss and of what it failed with besides", async () => {
    const losing = underLease(
      cluster,
      lease,
      () => {
        cluster.loseLease();
        return Promise.reject(new Error("the connection is gone"));
      },
      (loss, failure) => new Error(`${String(failure)}, ${String(loss)}`),
    );
    await assert.rejects(losing, /the connection is gone.*another-host-1-00000000 holds it now/);
  });
});
