import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keyPrefix } from "../../../../migration/copy/store/key-range.ts";
import { remove } from "../../../../migration/providers/guard-provider.ts";
import { clusterAdapter } from "../../../../migration/trident/port/cluster-adapter.ts";
import type { ClusterPort } from "../../../../migration/trident/port/cluster-port.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../../kubernetes/fake-kubernetes.ts";
import { legacyDeployment, legacyTrident } from "../legacy/legacy-deployment.ts";
import { takenByAnother } from "../../lease/taken-by-another.ts";

const recordPath = "/api/v1/namespaces/trident/configmaps/trident-etcd-migration";
const deploymentPath = "/apis/apps/v1/namespaces/trident/deployments/trident";

const steps = ["stopLegacy", "restoreLegacy", "deleteLegacy", "checkLegacyImage", "pullLegacyImages"] as const;

describe("a step on a cluster whose run has lost its Lease in the midst of it", () => {
  for (const step of steps) {
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
  step: (typeof steps)[number],
  legacy: ReturnType<typeof legacyTrident>,
): Promise<unknown> {
  const found = { namespace: "trident", name: "trident-etcd-migration", uid: "uid-record" };
  switch (step) {
    case "stopLegacy":
    case "checkLegacyImage":
    case "pullLegacyImages":
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
