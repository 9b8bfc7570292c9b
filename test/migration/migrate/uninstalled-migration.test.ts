import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration-error.ts";
import { FakeEnvironment } from "./fake-environment.ts";

const ignore = (): void => undefined;

describe("a migration from the claim of a Trident that was uninstalled", () => {
  it("moves all of its state, starts the new Trident and records the claim", async () => {
    const environment = new FakeEnvironment().uninstall();
    const { keys, outageSeconds } = await runMigration(environment, ignore);
    assert.deepEqual(environment.destination.entries(), environment.source.entries());
    // For how long Trident was away before, nobody knows.
    assert.deepEqual([keys, outageSeconds], [3, undefined]);
    assert.deepEqual([environment.recorded.phase, environment.recorded.legacyClaim], ["copied", "trident"]);
    assert.equal(environment.recorded.legacyDeployment, undefined);
    assert.equal(environment.sourcePod, false);
  });

  it("tells nobody of a Deployment that is stopped or deleted", async () => {
    const lines: string[] = [];
    await runMigration(new FakeEnvironment().uninstall(), (line) => lines.push(line));
    assert.ok(!lines.some((line) => /Stopp|[Dd]eleted/.test(line)), lines.join("\n"));
    assert.ok(lines.some((line) => line.includes("PersistentVolumeClaim trident stays")));
  });

  it("that is done already is only told of", async () => {
    const environment = new FakeEnvironment().uninstall();
    const first = await runMigration(environment, ignore);
    environment.source.put("/trident/v1/volume/late", "L");
    assert.deepEqual(await runMigration(environment, ignore), first);
    assert.equal(environment.destination.entries()["/trident/v1/volume/late"], undefined);
  });

  it("takes everything back when it fails, and says that the claim is as it was", async () => {
    const environment = new FakeEnvironment().uninstall();
    environment.failAt("startNewTrident", new Error("it lists nothing"));
    const error = await failure(environment);
    assert.match(error.message, /it lists nothing.*PersistentVolumeClaim trident is as it was, and no Trident serves/);
    assert.deepEqual(environment.destination.entries(), {});
    assert.equal(environment.sourcePod, false);
    assert.deepEqual([environment.recorded.legacyClaim, environment.recorded.stoppedAt], [undefined, undefined]);
  });

  it("goes on from the keys of a run that was killed", async () => {
    const environment = new FakeEnvironment().uninstall();
    const killed = environment.killedAt("startNewTrident", "before");
    void runMigration(environment, ignore);
    await killed;
    assert.equal((await runMigration(environment, ignore)).keys, 3);
    assert.deepEqual(environment.destination.entries(), environment.source.entries());
  });

  it("that was killed once the new Trident served keeps what that has written", async () => {
    const environment = new FakeEnvironment().uninstall();
    const killed = environment.killedAt("takeSnapshot", "before");
    void runMigration(environment, ignore);
    await killed;
    environment.destination.put("/trident/v1/volume/new", "N");
    await runMigration(environment, ignore);
    assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "N");
  });

  it("removes the pod of a run that was killed when all was recorded", async () => {
    const environment = new FakeEnvironment().uninstall();
    const killed = environment.killedAt("deleteLegacy", "before");
    void runMigration(environment, ignore);
    await killed;
    environment.sourcePod = true;
    await runMigration(environment, ignore);
    assert.equal(environment.sourcePod, false);
  });

  it("is refused when the Deployment came back meanwhile", async () => {
    const environment = new FakeEnvironment().uninstall();
    environment.failAt("checkStillStopped", new Error("it was made anew"));
    assert.match((await failure(environment)).message, /it was made anew/);
    assert.deepEqual(environment.destination.entries(), {});
  });
});

async function failure(environment: FakeEnvironment): Promise<MigrationError> {
  try {
    await runMigration(environment, ignore);
  } catch (error) {
    assert.ok(error instanceof MigrationError);
    return error;
  }
  throw new Error("it succeeded");
}
