import assert from "node:assert/strict";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import type { Step, When } from "../trident/port/failing-steps.ts";

/** What a migration fails with that is to fail. */
export async function failureOf(cluster: FakeCluster, interruption?: AbortSignal): Promise<MigrationError> {
  try {
    await runMigration(cluster, ignore, interruption);
  } catch (error) {
    assert.ok(error instanceof MigrationError, String(error));
    return error;
  }
  return assert.fail("the migration succeeded");
}

/** A cluster whose migration was killed there: at the first such step after the new Trident was told to start. */
export async function killedOnceItServed(step: Step, when: When, cluster = new FakeCluster()): Promise<FakeCluster> {
  const { promise: dead, resolve } = Promise.withResolvers<undefined>();
  cluster.before("startNewTrident", () => {
    void cluster.killedAt(step, when).then(() => {
      resolve(undefined);
    });
  });
  void runMigration(cluster, ignore);
  await dead;
  cluster.before("startNewTrident", () => undefined);
  return cluster;
}

/** What a Trident that serves does: a key of its own, and one of the copy's changed. */
export function writeAsNewTrident({ destination }: FakeCluster): void {
  destination.put("/trident/v1/volume/new", "made by the new Trident");
  destination.put("/trident/store", "written at its start");
}

export function ignore(): void {
  // What is said is looked at where it matters.
}
