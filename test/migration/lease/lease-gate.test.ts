import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { acquireLease } from "../../../migration/lease/acquire-lease.ts";
import { migrationLease } from "../../../migration/lease/lease-place.ts";
import type { HeldLease } from "../../../migration/lease/held-lease.ts";
import { leaseApi } from "../../../migration/lease/lease-api.ts";
import { LeaseGate } from "../../../migration/lease/lease-gate.ts";
import { PassedTime } from "../../../migration/lease/passed-time.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";
import { FakeClocks } from "./fake-clocks.ts";
import { leasePath, takenByAnother } from "./taken-by-another.ts";

const recordPath = "/api/v1/namespaces/trident/configmaps/trident-etcd-migration";
const deletion = { namespace: "trident", name: "a" };

describe("the requests of a run that is behind its Lease", () => {
  let fake: FakeKubernetes;
  let gate: LeaseGate;
  let clocks: FakeClocks;
  let lease: HeldLease;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    fake.objects.set(recordPath, { metadata: { name: "trident-etcd-migration", uid: "uid-record" }, data: {} });
    gate = new LeaseGate();
    clocks = new FakeClocks();
    const options = { durationSeconds: 60, report: () => undefined, time: new PassedTime(clocks) };
    lease = gate.heldWith(await acquireLease(leaseApi(fake.cluster, migrationLease("trident")), options));
  });
  afterEach(async () => {
    await lease.release();
    await fake.stop();
  });

  it("are sent while it is held, each change after a question for it", async () => {
    const cluster = fake.cluster.behind(gate);
    await cluster.requestJson({ method: "GET", path: recordPath });
    fake.requests.length = 0;
    await cluster.core.deleteNamespacedConfigMap({ namespace: "trident", name: "trident-etcd-migration" });
    assert.deepEqual(fake.requests, [`PUT ${leasePath}`, `DELETE ${recordPath}`]);
  });

  it("are not sent once the machine has slept longer than it holds, and those that look are not either", async () => {
    const cluster = fake.cluster.behind(gate);
    clocks.sleep(60_000);
    fake.requests.length = 0;
    await assert.rejects(cluster.core.deleteNamespacedPod(deletion), { name: "LeaseLostError" });
    await assert.rejects(cluster.requestJson({ method: "GET", path: recordPath }), { name: "LeaseLostError" });
    assert.ok(gate.signal.aborted);
    assert.deepEqual(fake.requests, []);
  });

  it("are not sent when another run has taken it, which nothing else has told yet", async () => {
    takenByAnother(fake);
    await assert.rejects(fake.cluster.behind(gate).core.deleteNamespacedPod(deletion), {
      name: "LeaseLostError",
      message: /another-1-0 holds it now/,
    });
    assert.ok(!fake.requests.some((request) => request.startsWith("DELETE")));
  });

  it("are given up at once when it is lost while they are under way", async () => {
    fake.fault = (request) => (request === `GET ${recordPath}` ? "hang" : undefined);
    const request = fake.cluster.behind(gate).requestJson({ method: "GET", path: recordPath });
    takenByAnother(fake);
    clocks.sleep(6000);
    await assert.rejects(request, { name: "LeaseLostError" });
  });
});
