import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { keyPrefix } from "../../../migration/copy/store/key-range.ts";
import { remove } from "../../../migration/providers/guard-provider.ts";
import { acquireLease } from "../../../migration/lease/acquire-lease.ts";
import { migrationLease } from "../../../migration/lease/errors.ts";
import type { HeldLease } from "../../../migration/lease/held-lease.ts";
import { leaseApi } from "../../../migration/lease/lease-api.ts";
import { LeaseGate } from "../../../migration/lease/lease-gate.ts";
import { PassedTime } from "../../../migration/lease/passed-time.ts";
import { clusterAdapter } from "../../../migration/trident/port/cluster-adapter.ts";
import type { ClusterPort } from "../../../migration/trident/port/cluster-port.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";
import { legacyDeployment, legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { FakeClocks } from "./fake-clocks.ts";

const leasePath = "/apis/coordination.k8s.io/v1/namespaces/trident/leases/trident-etcd-migration";
const recordPath = "/api/v1/namespaces/trident/configmaps/trident-etcd-migration";
const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";
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

describe("a step on a cluster whose run has lost its Lease in the midst of it", () => {
  for (const step of ["stopLegacy", "restoreLegacy", "deleteLegacy", "checkLegacyImage"] as const) {
    it(`changes nothing after that, in ${step}`, async () => {
      for (let allowed = 0; ; allowed += 1) {
        const fake = await startFakeKubernetes();
        fake.objects.set(recordPath, record());
        fake.objects.set(deploymentPath, stopped(step !== "stopLegacy"));
        const changes = takenAfter(fake, allowed);
        const cluster = clusterAdapter(requestOf(fake));
        const lease = await cluster.acquireLease(() => undefined);
        const legacy = legacyTrident({ uid: uidOf(fake), stoppedByMigration: step !== "stopLegacy" });
        const outcome = await taking(cluster, step, legacy).catch((error: unknown) => error);
        await lease.release();
        await fake.stop();
        assert.ok(changes.length <= allowed, `${changes.join(", ")}, of which ${allowed} came before the loss`);
        if (!(outcome instanceof Error) || outcome.name !== "LeaseLostError") {
          assert.ok(changes.length > 0, `it ended with ${String(outcome)}`);
          break;
        }
      }
    });
  }
});

describe("the undo at a destroy", () => {
  it("changes nothing any more once another run has the Lease, whatever it was at", async () => {
    for (let allowed = 0; ; allowed += 1) {
      const fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 1000 });
      fake.objects.set(recordPath, record());
      fake.objects.set(deploymentPath, stopped(true));
      const changes = takenAfter(fake, allowed);
      const { cluster, ...request } = requestOf(fake);
      const outcome = await remove("id", { ...request, ...cluster, prefix: request.prefix.text }).catch(
        (error: unknown) => error as Error,
      );
      await fake.stop();
      assert.ok(outcome instanceof Error);
      assert.ok(changes.length <= allowed, changes.join(", "));
      // Without a pod it does not come to serve: then all that it changes was changed.
      if (outcome.message.includes("to be ready")) {
        assert.ok(changes.length > 0);
        break;
      }
      assert.match(outcome.message, /lost Lease trident-etcd-migration.*another-1-0 holds it now/s);
    }
  });
});

function taking(
  cluster: ClusterPort,
  step: "stopLegacy" | "restoreLegacy" | "deleteLegacy" | "checkLegacyImage",
  legacy: ReturnType<typeof legacyTrident>,
): Promise<unknown> {
  const found = { namespace: "trident", name: "trident-etcd-migration", uid: "uid-record" };
  switch (step) {
    case "stopLegacy":
    case "checkLegacyImage":
      return cluster[step](legacy, found);
    case "restoreLegacy":
      return cluster.restoreLegacy(legacy);
    case "deleteLegacy":
      return cluster.deleteLegacy({ legacy, generation: 1, stoppedAt: "2030-01-01T00:00:00.000Z" });
  }
}

/** The changes that arrive, but for those of the Lease, which another run takes once so many of them have. */
function takenAfter(fake: FakeKubernetes, allowed: number): string[] {
  const changes: string[] = [];
  const takeIfDue = (): void => {
    if (changes.length === allowed) takenByAnother(fake);
  };
  fake.fault = (request) => {
    if (request.includes("/leases")) {
      if (!request.startsWith("POST")) takeIfDue();
    } else if (!request.startsWith("GET")) {
      changes.push(request);
    }
    return undefined;
  };
  return changes;
}

function takenByAnother(fake: FakeKubernetes): void {
  const found = fake.objects.get(leasePath);
  if (found === undefined) return;
  const spec = { ...(found.spec as object), holderIdentity: "another-1-0" };
  fake.objects.set(leasePath, { ...found, spec, metadata: { ...found.metadata, resourceVersion: "another" } });
}

function requestOf(fake: FakeKubernetes) {
  return {
    cluster: { kubeconfig: fake.kubeconfig },
    namespace: "trident",
    legacyDeployment: "trident",
    legacyEtcdContainer: "etcd",
    destination: {
      kind: "managed" as const,
      namespace: "trident",
      etcdCluster: "trident-etcd",
      clientSecret: "etcd-client-tls",
    },
    record: "trident-etcd-migration",
    prefix: keyPrefix("/trident/"),
    timeoutSeconds: 1,
  };
}

function record(): FakeObject {
  const data = { phase: "stopped", legacyDeployment: JSON.stringify(legacyDeployment()), legacyReplicas: "1" };
  return { metadata: { name: "trident-etcd-migration", uid: "uid-record" }, data };
}

function stopped(byMigration: boolean): FakeObject {
  const whole = legacyDeployment() as unknown as FakeObject;
  if (!byMigration) return whole;
  const annotations = { "trident-etcd/replicas-before-migration": "1" };
  return {
    ...whole,
    metadata: { ...whole.metadata, generation: 1, annotations },
    spec: { ...(whole.spec as object), replicas: 0 },
  };
}

function uidOf(fake: FakeKubernetes): string {
  return fake.objects.get(deploymentPath)?.metadata.uid ?? "";
}
