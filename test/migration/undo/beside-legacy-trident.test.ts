import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration-error.ts";
import { FakeEnvironment } from "../migrate/fake-environment.ts";

const made = "/trident/v1/volume/made-by-the-new-one";

describe("an old Trident that somebody started while the new one had its state", () => {
  for (const [step, when] of [
    ["deleteLegacy", "before"],
    ["takeSnapshot", "after"],
    ["changeRecord", "before"],
  ] as const) {
    it(`after a run that was killed ${when} ${step}: is refused, with both ways and how much each has written`, async () => {
      const environment = await killedOnceItServed(step, when);
      environment.destination.put(made, "precious");
      startOldByHand(environment);
      environment.source.put("/trident/store", "written at its start");
      for (let tries = 0; tries < 2; tries += 1) {
        const error = await failure(environment);
        assert.equal(error.legacy, "untouched");
        assert.match(error.message, /new one has written 1 key and the old one has written 1 key/);
        assert.match(error.message, /scale deployment trident --replicas=0`/);
        assert.match(
          error.message,
          /scale deployment trident-external-etcd --replicas=0`, `pulumi config set discardedKeys 1`/,
        );
        assert.ok(environment.newServes());
        assert.equal(environment.destination.entries()[made], "precious");
      }
    });

    it(`after a run that was killed ${when} ${step}: stopped again, the new one goes on with what it wrote`, async () => {
      const environment = await killedOnceItServed(step, when);
      environment.destination.put(made, "precious");
      startOldByHand(environment);
      stopOldByHand(environment);
      await runMigration(environment, ignore);
      assert.equal(environment.destination.entries()[made], "precious");
      assert.equal(environment.recorded.phase, "copied");
      assert.equal(environment.trident.kind, "absent");
    });

    it(`after a run that was killed ${when} ${step}: goes on with the new one only with the word for what the old one wrote`, async () => {
      const environment = await killedOnceItServed(step, when);
      environment.destination.put(made, "precious");
      startOldByHand(environment);
      environment.source.put("/trident/v1/volume/made-by-the-old-one", "precious, too");
      stopOldByHand(environment);
      assert.match((await failure(environment)).message, /old one has written 1 key/);
      environment.discardedKeys = 1;
      await runMigration(environment, ignore);
      assert.equal(environment.destination.entries()[made], "precious");
      assert.equal(environment.trident.kind, "absent");
    });

    it(`after a run that was killed ${when} ${step}: is migrated anew when the user gives up exactly what the new one wrote`, async () => {
      const environment = await killedOnceItServed(step, when);
      environment.destination.put(made, "precious");
      startOldByHand(environment);
      environment.newTridentStopped = true;
      for (const other of [undefined, 0, 2]) {
        environment.discardedKeys = other;
        await failure(environment);
        assert.equal(environment.destination.entries()[made], "precious");
      }
      environment.discardedKeys = 1;
      await runMigration(environment, ignore);
      assert.deepEqual(environment.destination.entries(), environment.source.entries());
      assert.equal(environment.recorded.phase, "copied");
    });
  }

  it("is migrated anew without a word when the new one wrote nothing", async () => {
    const environment = await killedOnceItServed("takeSnapshot", "after");
    startOldByHand(environment);
    environment.source.put("/trident/v1/volume/c", "C");
    await runMigration(environment, ignore);
    assert.deepEqual(environment.destination.entries(), environment.source.entries());
  });

  it("is known for one that was put back by hand when the migration had ended", async () => {
    const environment = new FakeEnvironment();
    const { trident } = environment;
    await runMigration(environment, ignore);
    environment.trident = trident;
    environment.destination.put(made, "precious");
    const error = await failure(environment);
    assert.match(error.message, /put back by hand.*config set rollback true`, `pulumi config set discardedKeys 1`/s);
    assert.equal(environment.replicas(), 1);
    assert.equal(environment.destination.entries()[made], "precious");
  });
});

describe("a new Trident that somebody scaled to 0", () => {
  it("has what it wrote carried into the old etcd, and migrated from there", async () => {
    const environment = await killedOnceItServed("takeSnapshot", "after");
    environment.destination.put(made, "precious");
    environment.destination.remove("/trident/v1/volume/b");
    environment.newTridentStopped = true;
    await runMigration(environment, ignore);
    assert.equal(environment.destination.entries()[made], "precious");
    assert.ok(!("/trident/v1/volume/b" in environment.destination.entries()));
    assert.deepEqual(environment.source.entries(), environment.destination.entries());
  });

  it("is refused when both etcds were written to", async () => {
    const environment = await killedOnceItServed("takeSnapshot", "after");
    environment.destination.put(made, "precious");
    environment.source.put("/trident/v1/volume/made-by-the-old-one", "precious, too");
    environment.newTridentStopped = true;
    const error = await failure(environment);
    assert.match(error.message, /both Tridents have written since.*the old one 1 key.*the new one 1 key/s);
    assert.equal(environment.destination.entries()[made], "precious");
    assert.ok(!(made in environment.source.entries()));
  });

  it("has what it wrote carried even when its Deployment was deleted by hand", async () => {
    const environment = await killedOnceItServed("takeSnapshot", "after");
    environment.destination.put(made, "precious");
    environment.newTrident = false;
    await runMigration(environment, ignore);
    assert.equal(environment.destination.entries()[made], "precious");
    assert.equal(environment.source.entries()[made], "precious");
  });

  it("has what it wrote carried by a later run when the carrying was killed", async () => {
    const environment = await killedOnceItServed("takeSnapshot", "after");
    environment.destination.put(made, "precious");
    environment.destination.remove("/trident/v1/volume/b");
    environment.newTridentStopped = true;
    const { source } = environment;
    const deleteUnchanged = source.deleteUnchanged.bind(source);
    const { promise: dead, resolve } = Promise.withResolvers<undefined>();
    source.deleteUnchanged = async (keys) => {
      await deleteUnchanged(keys);
      resolve(undefined);
      return new Promise<never>(() => undefined);
    };
    void runMigration(environment, ignore);
    await dead;
    assert.equal(environment.recorded.rollbackPhase, "writing");
    source.deleteUnchanged = deleteUnchanged;
    await runMigration(environment, ignore);
    assert.equal(environment.source.entries()[made], "precious");
    assert.deepEqual(environment.source.entries(), environment.destination.entries());
    assert.equal(environment.recorded.rollbackPhase, undefined);
  });

  it("of a run by an older version, which recorded nothing of it, has what it wrote carried as well", async () => {
    const environment = await killedOnceItServed("takeSnapshot", "after");
    const { served, ...older } = environment.recorded;
    assert.ok(served !== undefined);
    environment.recorded = older;
    environment.destination.put(made, "precious");
    environment.newTridentStopped = true;
    await runMigration(environment, ignore);
    assert.equal(environment.source.entries()[made], "precious");
  });
});

async function killedOnceItServed(...[step, when]: Parameters<FakeEnvironment["killedAt"]>): Promise<FakeEnvironment> {
  const environment = new FakeEnvironment();
  const { promise: dead, resolve } = Promise.withResolvers<undefined>();
  environment.before("startNewTrident", () => {
    void environment.killedAt(step, when).then(() => {
      resolve(undefined);
    });
  });
  void runMigration(environment, ignore);
  await dead;
  environment.before("startNewTrident", () => undefined);
  return environment;
}

function startOldByHand(environment: FakeEnvironment): void {
  const { trident } = environment;
  if (trident.kind !== "legacy") throw new Error("there is no old Trident");
  const { generation } = trident.legacy;
  const legacy = { ...trident.legacy, replicas: 1, stoppedByMigration: false, generation: generation + 1 };
  environment.trident = { kind: "legacy", legacy };
}

function stopOldByHand(environment: FakeEnvironment): void {
  const { trident } = environment;
  if (trident.kind !== "legacy") throw new Error("there is no old Trident");
  const { generation } = trident.legacy;
  const legacy = { ...trident.legacy, replicas: 0, stoppedByMigration: true, generation: generation + 1 };
  environment.trident = { kind: "legacy", legacy };
}

async function failure(environment: FakeEnvironment): Promise<MigrationError> {
  try {
    await runMigration(environment, ignore);
  } catch (error) {
    assert.ok(error instanceof MigrationError, String(error));
    return error;
  }
  return assert.fail("the migration succeeded");
}

function ignore(): void {
  // What is said is looked at where it matters.
}
