import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireLease, isAbandoned } from "../../../migration/lease/acquire-lease.ts";
import { migrationLease } from "../../../migration/lease/lease-place.ts";
import type { MigrationLease } from "../../../migration/lease/held-lease.ts";
import { leaseApi, type LeaseApi } from "../../../migration/lease/lease-api.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";

const path = "/apis/coordination.k8s.io/v1/namespaces/storage/leases/trident-etcd-migration";

describe("the Lease of a migration", () => {
  let fake: FakeKubernetes;
  let api: LeaseApi;
  const held: MigrationLease[] = [];

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    api = leaseApi(fake.cluster, migrationLease("storage"));
  });
  afterEach(async () => {
    await Promise.all(held.splice(0).map((lease) => lease.release()));
    await fake.stop();
  });

  it("names host and process, is ours, and says for how long it holds", async () => {
    await acquire(40);
    const spec = specOf(lease());
    assert.match(spec.holderIdentity, new RegExp(`-${process.pid}-[0-9a-f]{8}$`));
    assert.equal(spec.leaseDurationSeconds, 40);
    assert.match(spec.renewTime, /^\d{4}-.*\.\d{6}Z$/);
    assert.equal(lease().metadata.labels?.["app.kubernetes.io/managed-by"], "trident-etcd");
  });

  it("is of the version that the cluster serves", async () => {
    fake.objects.set("/version", { gitVersion: "v1.13.12", metadata: { name: "" } });
    const older = path.replace("/v1/", "/v1beta1/");
    const first = await acquire(40);
    assert.equal(fake.objects.get(older)?.apiVersion, "coordination.k8s.io/v1beta1");
    await first.release();
    assert.deepEqual([fake.objects.has(older), fake.objects.has(path)], [false, false]);
  });

  it("is gone once it is released, and can be had again", async () => {
    const first = await acquire(40);
    await first.release();
    assert.ok(!fake.objects.has(path));
    await acquire(40);
    assert.ok(fake.objects.has(path));
  });

  it("is refused to a second run while the first one renews it, naming the holder, since when, and the way out", async () => {
    await acquire(2);
    const { holderIdentity, acquireTime } = specOf(lease());
    await assert.rejects(acquire(2), (error: Error) => {
      assert.equal(error.name, "MigrationRunningError");
      assert.ok(error.message.includes(holderIdentity), error.message);
      assert.ok(error.message.includes(new Date(acquireTime).toISOString()));
      assert.match(error.message, /namespace storage.*Wait until it has ended.*2 s after it was renewed last/s);
      return true;
    });
    assert.equal(specOf(lease()).holderIdentity, holderIdentity);
  });

  it("goes to the run that waits for it when the first one ends", async () => {
    const first = await acquire(20);
    const lines: string[] = [];
    const waiting = acquire(20, (line) => lines.push(line));
    while (lines.length === 0) await sleep(10);
    await first.release();
    await waiting;
    assert.match(lines[0] ?? "", /held by .*waiting to see whether that run lives/);
  });

  it("is taken over from a run that died", async () => {
    put({ holderIdentity: "dead-1-0", renewTime: "2020-01-01T00:00:00.000000Z", leaseTransitions: 4 });
    await acquire(1);
    assert.match(specOf(lease()).holderIdentity, new RegExp(`-${process.pid}-`));
    assert.equal(specOf(lease()).leaseTransitions, 5);
  });

  it("is taken over from a run that died, however much later its clock is than ours", async () => {
    put({ holderIdentity: "dead-1-0", renewTime: "2999-01-01T00:00:00.000000Z" });
    await acquire(1);
    assert.match(specOf(lease()).holderIdentity, new RegExp(`-${process.pid}-`));
  });

  it("goes to one of two that want it at the same time", async () => {
    const outcomes = await Promise.allSettled([acquire(2), acquire(2)]);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  });

  it("is not waited for any longer once the run that waits is interrupted", async () => {
    await acquire(40);
    const interruption = new AbortController();
    const reason = new Error("no longer wanted");
    const report = () => {
      interruption.abort(reason);
    };
    await assert.rejects(acquireLease(api, { durationSeconds: 40, report, interruption: interruption.signal }), reason);
  });

  it("says so when the user may not have it", async () => {
    fake.fault = () => 403;
    await assert.rejects(acquire(2), { name: "ClusterRequestError", message: /leases.*403.*permission/ });
  });

  async function acquire(
    durationSeconds: number,
    report: (line: string) => void = () => undefined,
  ): Promise<MigrationLease> {
    const lease = await acquireLease(api, { durationSeconds, report });
    held.push(lease);
    return lease;
  }

  function put(spec: Record<string, unknown>): void {
    const metadata = { name: "trident-etcd-migration", uid: "uid-dead", resourceVersion: "7" };
    fake.objects.set(path, { metadata, spec: { leaseDurationSeconds: 1, ...spec } });
  }

  function lease(): FakeObject {
    const found = fake.objects.get(path);
    assert.ok(found);
    return found;
  }
});

describe("an abandoned Lease", () => {
  const lease = (renewTime: string) => ({ spec: { leaseDurationSeconds: 60, renewTime: renewTime as never } });
  const watched = { signOfLife: "", from: 0 };
  const now = (performance: number) => ({ clock: Date.parse("2030-01-01T12:00:00Z"), performance });

  it("that had expired when it was found is watched for a third of its duration", () => {
    assert.ok(!isAbandoned(lease("2030-01-01T11:00:00Z"), watched, 60, now(19_999)));
    assert.ok(isAbandoned(lease("2030-01-01T11:00:00Z"), watched, 60, now(20_000)));
  });

  it("that had not is watched for all of it", () => {
    assert.ok(!isAbandoned(lease("2030-01-01T11:59:59Z"), watched, 60, now(59_999)));
    assert.ok(isAbandoned(lease("2030-01-01T11:59:59Z"), watched, 60, now(60_000)));
  });
});

interface LeaseSpec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly leaseTransitions: number;
  readonly acquireTime: string;
  readonly renewTime: string;
}

function specOf(object: FakeObject): LeaseSpec {
  return object.spec as LeaseSpec;
}
