import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, describe, it } from "node:test";
import { acquireLease } from "../../../migration/lease/acquire-lease.ts";
import { migrationLease } from "../../../migration/lease/lease-place.ts";
import type { HeldLease } from "../../../migration/lease/held-lease.ts";
import { leaseApi } from "../../../migration/lease/lease-api.ts";
import { PassedTime } from "../../../migration/lease/passed-time.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";
import { FakeClocks } from "./fake-clocks.ts";

const path = "/apis/coordination.k8s.io/v1/namespaces/storage/leases/trident-etcd-migration";

describe("the Lease of a run whose machine is suspended", () => {
  let fake: FakeKubernetes;
  let clocks: FakeClocks;
  let lease: HeldLease;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    clocks = new FakeClocks();
    const options = { durationSeconds: 60, report: () => undefined, time: new PassedTime(clocks) };
    lease = await acquireLease(leaseApi(fake.cluster, migrationLease("storage")), options);
  });
  afterEach(async () => {
    await lease.release();
    await fake.stop();
  });

  it("is lost at the first step after it, before any timer has caught up", () => {
    clocks.sleep(60_000);
    assert.throws(
      () => {
        lease.throwIfLost();
      },
      { name: "LeaseLostError", message: /could not be renewed for 60 s/ },
    );
    assert.ok(lease.signal.aborted);
  });

  it("is noticed to be lost at once, without any step", async () => {
    clocks.sleep(61_000);
    const since = performance.now();
    await once(lease.signal, "abort");
    assert.ok(performance.now() - since < 5000);
  });

  it("is asked for at once when that was shorter, and is lost when another one has it", async () => {
    takenByAnother();
    clocks.sleep(20_000);
    await once(lease.signal, "abort");
    assert.match((lease.signal.reason as Error).message, /another-1-0 holds it now/);
  });

  it("is not younger for a wall clock that was set back", () => {
    clocks.setWall(-7_200_000);
    lease.throwIfLost();
    clocks.sleep(60_000);
    assert.throws(() => {
      lease.throwIfLost();
    }, /could not be renewed/);
  });

  it("is had again when nobody has taken it meanwhile", async () => {
    clocks.sleep(600_000);
    await once(lease.signal, "abort");
    await lease.regain(5);
    lease.throwIfLost();
    assert.ok(!lease.signal.aborted);
    await lease.confirm();
    await lease.release();
    assert.ok(!fake.objects.has(path));
  });

  it("is not had again when another one holds it, nor when that one has ended", async () => {
    for (const become of [takenByAnother, () => void fake.objects.delete(path)]) {
      become();
      clocks.sleep(600_000);
      await assert.rejects(lease.regain(5), { name: "LeaseLostError" });
      assert.throws(() => {
        lease.throwIfLost();
      });
    }
  });

  function takenByAnother(): void {
    const found = fake.objects.get(path);
    assert.ok(found);
    const spec = { ...(found.spec as object), holderIdentity: "another-1-0" };
    fake.objects.set(path, { ...found, spec, metadata: { ...found.metadata, resourceVersion: "another" } });
  }
});

describe("a question for the Lease", () => {
  let fake: FakeKubernetes;
  let lease: HeldLease;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    const api = leaseApi(fake.cluster, migrationLease("storage"));
    lease = await acquireLease(api, { durationSeconds: 60, report: () => undefined });
  });
  afterEach(async () => {
    await lease.release();
    await fake.stop();
  });

  it("is put to the API server each time, unless a fresh answer will do", async () => {
    const before = asked();
    await lease.confirm();
    await lease.confirm();
    assert.equal(asked() - before, 2);
    await lease.confirm(60_000);
    assert.equal(asked() - before, 2);
  });

  it("is answered for each of many that ask at a time", async () => {
    await Promise.all(Array.from({ length: 8 }, () => lease.confirm()));
    lease.throwIfLost();
  });

  it("is not mistaken for a loss when somebody only sets a label", async () => {
    const found = fake.objects.get(path);
    assert.ok(found);
    fake.objects.set(path, { ...found, metadata: { ...found.metadata, labels: { a: "b" }, resourceVersion: "x" } });
    await lease.confirm();
  });

  it("raises what keeps the API server from answering, which is no loss yet", async () => {
    fake.fault = () => 503;
    await assert.rejects(lease.confirm(), { name: "ClusterRequestError" });
    lease.throwIfLost();
    fake.fault = () => undefined;
    await lease.confirm();
  });

  it("finds the loss before any renewal was due", async () => {
    fake.objects.delete(path);
    await assert.rejects(lease.confirm(), { name: "LeaseLostError", message: /it was deleted/ });
    assert.ok(lease.signal.aborted);
  });

  function asked(): number {
    return fake.requests.filter((request) => request === `PUT ${path}`).length;
  }
});
