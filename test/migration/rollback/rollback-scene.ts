import { legacyDeployment } from "../trident/legacy/legacy-deployment.ts";
import { FakeCluster, someEntries } from "../trident/port/fake-cluster.ts";

/** On which a migration has ended and a rollback is asked for: the stack's Deployment was just deleted. */
export function migratedCluster(entries: Readonly<Record<string, string>> = someEntries): FakeCluster {
  const cluster = new FakeCluster(entries, entries);
  const keys = Object.keys(entries).length;
  const revision = String(keys + 1);
  const result = {
    ...{ keys, sha256: "aa" },
    ...{ sourceClusterId: "1", sourceRevision: revision },
    ...{ destinationClusterId: "2", destinationRevision: revision },
  };
  cluster.trident = { kind: "absent" };
  cluster.staleSince = "2030-01-02T03:04:05.678Z";
  cluster.recorded = {
    ...cluster.recorded,
    ...{ phase: "copied", rollback: "requested", newTrident: "{}" },
    ...{ legacyDeployment: JSON.stringify(legacyDeployment()), legacyReplicas: 1 },
    result: JSON.stringify(result),
  };
  return cluster;
}

/** Since the migration the new Trident has made a volume, changed one and deleted one. */
export function changedSinceMigration(): FakeCluster {
  const cluster = migratedCluster();
  cluster.destination.put("/trident/v1/volume/c", "C");
  cluster.destination.put("/trident/v1/volume/a", "changed");
  cluster.destination.remove("/trident/v1/volume/b");
  return cluster;
}

export function ignore(): void {
  // What is said is looked at where it matters.
}
