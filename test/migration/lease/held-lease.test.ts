import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireLease } from "../../../migration/lease/acquire-lease.ts";
import { LeaseLostError } from "../../../migration/lease/held-lease.ts";
import { migrationLease } from "../../../migration/lease/lease-place.ts";
import type { MigrationLease } from "../../../migration/lease/held-lease.ts";
import { leaseApi } from "../../../migration/lease/lease-api.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";

const path = "/apis/coordination.k8s.io/v1/namespaces/storage/leases/trident-etcd-migration";

describe("a Lease that is held", () => {
  let fake: FakeKubernetes;
  let lease: MigrationLease;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    // Long enough for a slow machine to come to the second renewal in time.
    lease = await acquire(4);
  });
  afterEach(async () => {
    await lease.release();
    await fake.stop();
  });

  it("is renewed", async () => {
    await untilRenewed();
    lease.throwIfLost();
  });

  it("is lost when somebody else holds it, and that one keeps it", async () => {
    change({ spec: { ...(object().spec as object), holderIdentity: "another-1-0" } });
    await once(lease.signal, "abort");
    assert.throws(
      () => {
        lease.throwIfLost();
      },
      { name: "LeaseLostError", message: /namespace storage.*another-1-0 holds it now/ },
    );
    await lease.release();
    assert.ok(fake.objects.has(path));
  });

  it("is lost when it was deleted", async () => {
    fake.objects.delete(path);
    await once(lease.signal, "abort");
    assert.ok(lease.signal.reason instanceof LeaseLostError);
    assert.match(lease.signal.reason.message, /it was deleted/);
  });

  it("is kept when somebody only sets a label", async () => {
    change({ metadata: { ...object().metadata, labels: { some: "label" } } });
    await untilRenewed();
    lease.throwIfLost();
    await lease.release();
    assert.ok(!fake.objects.has(path));
  });

  it("is kept through a moment without the API server", async () => {
    let faults = 1;
    fake.fault = () => (faults-- > 0 ? 503 : undefined);
    await untilRenewed();
    assert.ok(faults < 0);
    lease.throwIfLost();
  });

  it("is lost when it can't be renewed in time", async () => {
    await lease.release();
    lease = await acquire(1);
    fake.fault = () => 503;
    await once(lease.signal, "abort");
    assert.match((lease.signal.reason as Error).message, /could not be renewed for \d+ s/);
  });

  it("is given up without an error when it can't be given back", async () => {
    fake.fault = () => 503;
    await lease.release();
  });

  function acquire(durationSeconds: number): Promise<MigrationLease> {
    return acquireLease(leaseApi(fake.cluster, migrationLease("storage")), {
      durationSeconds,
      report: () => undefined,
    });
  }

  async function untilRenewed(): Promise<void> {
    const before = renewTime();
    while (renewTime() === before) {
      lease.throwIfLost();
      await sleep(10);
    }
  }

  function object(): FakeObject {
    const found = fake.objects.get(path);
    assert.ok(found);
    return found;
  }

  function renewTime(): unknown {
    return (object().spec as { renewTime: string }).renewTime;
  }

  /** As somebody else would: with a version of its own. */
  function change(fields: Partial<FakeObject>): void {
    const changed = { ...object(), ...fields };
    fake.objects.set(path, { ...changed, metadata: { ...changed.metadata, resourceVersion: "another" } });
  }
});
