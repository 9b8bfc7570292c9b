import type { MigrationPlan } from "../../../../migration/plan/migration-plan.ts";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { NotReachedFromHereError } from "../../../../migration/connect/open-existing-etcd.ts";
import { crdName, crdPath } from "../../../../migration/destroy/crd.ts";
import * as moves from "./blocked/moves.ts";
import * as restores from "./blocked/restores.ts";
import { withCertificates } from "./certificates.ts";
import { smallState, type FakePlanEnvironment } from "./fake-plan-environment.ts";
import { deploymentPath, emptyRecord, ours } from "./places.ts";
import { existingEtcd, planOf } from "./plan-scene.ts";
import { copiedRecord, migratedStack, recordedStack, withStackObjects } from "./stacks.ts";

/** Clusters and settings, under the headings of docs/the-plan.md. */
export const wholePlans: Readonly<Record<string, () => Promise<MigrationPlan>>> = {
  "A clean migration": () => planOf((environment) => environment.withLegacy()),
  "A migration after Trident was uninstalled": () => planOf((environment) => environment.withClaimAlone()),
  "A new installation": () => planOf(() => undefined, { migrate: false }),
  "An etcd alone": () => planOf(() => undefined, { migrate: false, trident: false }),
  "A Trident that is taken from its etcd": () =>
    planOf(
      (environment) => {
        recordedStack(environment, smallState);
        withStackObjects(environment);
        const deployment = environment.objects.get(deploymentPath);
        environment.objects.set(deploymentPath, {
          ...deployment,
          spec: { ...(deployment?.spec as object), replicas: 0 },
        });
      },
      { migrate: false, trident: false },
    ),
  "An installation beside somebody else's etcd-operator": () =>
    planOf((environment) => environment.objects.set(crdPath(), foreignDefinition), { migrate: false }),
  "An interrupted migration": () =>
    planOf((environment) => {
      const deployment = environment.withLegacy().withEtcdCluster().objects.get(deploymentPath);
      const annotations = { "trident-etcd/replicas-before-migration": "1" };
      const spec = { ...(deployment?.spec as object), replicas: 0 };
      environment.objects.set(deploymentPath, { metadata: { ...deployment?.metadata, annotations } as object, spec });
      environment.source = undefined;
      environment.record = { ...emptyRecord, phase: "stopped" };
    }),
  "A migrated stack": () => planOf(migrated),
  "A migrated stack of which something was deleted": () =>
    planOf((environment) => {
      migrated(environment);
      for (const path of [...environment.objects.keys()].filter((each) => each.endsWith("roles/etcd-operator"))) {
        environment.objects.delete(path);
      }
    }),
  "A new installation on an existing etcd": () =>
    planOf((environment) => environment.withExistingEtcd(), { migrate: false, ...existingEtcd() }),
  "A move from one etcd to another": () => planOf(moves.runs, moves.moving),
  "A lost etcd that is restored": () =>
    planOf(restores.isLost, { migrate: false, restoreFrom: restores.snapshot, abandonedEtcd: "2" }),
  "A migration to an existing etcd that only the cluster can reach": () =>
    planOf(
      (environment) => {
        const endpoints = ["https://etcd-0.etcd.databases.svc:2379", "https://etcd-1.etcd.databases.svc:2379"];
        environment.withLegacy().unreached = new NotReachedFromHereError(endpoints, [
          "getaddrinfo ENOTFOUND etcd-0.etcd.databases.svc",
          "getaddrinfo ENOTFOUND etcd-1.etcd.databases.svc",
        ]);
      },
      existingEtcd("https://etcd-0.etcd.databases.svc:2379", "https://etcd-1.etcd.databases.svc:2379"),
    ),
  "A rollback": () => planOf(migratedStack, { rollback: true }),
  "A stack that was rolled back": () =>
    planOf(
      (environment) => {
        environment.withLegacy().withEtcdCluster();
        const rolledBack = JSON.stringify({ finishedAt: "2026-01-02T03:04:05.000Z", keys: 6 });
        environment.record = { ...emptyRecord, rolledBack };
      },
      { rollback: true },
    ),
};

function migrated(environment: FakePlanEnvironment): void {
  const result = JSON.stringify({ keys: 5, sha256: "aa", finishedAt: "2026-01-02T03:04:05.000Z" });
  environment.record = { ...copiedRecord, result };
  environment.withEtcdCluster(smallState).objects.set(deploymentPath, { metadata: ours });
  withCertificates(environment);
  withStackObjects(environment);
}

/** As an etcd-operator of another namespace may have it. */
const foreignDefinition: ServedObject = {
  metadata: { name: crdName },
  spec: {
    scope: "Namespaced",
    names: { kind: "EtcdCluster" },
    preserveUnknownFields: true,
    versions: [{ name: "v1beta2", served: true }],
  },
};
