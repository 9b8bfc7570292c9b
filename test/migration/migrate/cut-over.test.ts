import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CopyConflictError, CopyMismatchError } from "../../../migration/copy/errors.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { LeaseLostError } from "../../../migration/lease/errors.ts";
import { LegacyTridentChangedError } from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration-error.ts";
import { isBlockedBy } from "../../../migration/blockers/blocker.ts";
import { FakeEnvironment, tellAnotherValue } from "./fake-environment.ts";
import { legacyTrident } from "../trident/legacy/legacy-deployment.ts";
import { MemoryStore } from "../copy/memory-store.ts";

describe("a cut-over", () => {
  it("copies everything before it stops the old Trident", async () => {
    const environment = new FakeEnvironment();
    let copied: Record<string, string> = {};
    environment.before("stopLegacy", () => {
      copied = environment.destination.entries();
    });
    await runMigration(environment, ignore);
    assert.deepEqual(copied, environment.source.entries());
  });

  it("carries over what the old Trident wrote meanwhile, deletions too, and tells how much that was", async () => {
    const environment = new FakeEnvironment();
    environment.before("stopLegacy", () => {
      environment.source.put("/trident/v1/volume/a", "A2");
      environment.source.put("/trident/v1/volume/c", "C");
      environment.source.put("/trident/v1/volume/d", "D");
      environment.source.remove("/trident/v1/volume/b");
    });

    const lines: string[] = [];
    const result = await runMigration(environment, (line) => lines.push(line));

    assert.deepEqual(environment.destination.entries(), {
      "/trident/store": "{}",
      "/trident/v1/volume/a": "A2",
      "/trident/v1/volume/c": "C",
      "/trident/v1/volume/d": "D",
    });
    assert.deepEqual(result.changedKeys, { created: 2, replaced: 1, deleted: 1 });
    assert.deepEqual([result.firstPassKeys, result.keys], [3, 4]);
    assert.ok(lines.some((line) => line.includes("2 created, 1 replaced, 1 deleted")));
  });

  it("repeats no check in the outage when all was copied before, records what the new Trident starts on, and leaves the rest to later", async () => {
    const environment = new FakeEnvironment();
    await runMigration(environment, ignore);
    const outage = environment.steps.slice(environment.steps.indexOf("stopLegacy"));
    assert.deepEqual(outage, [
      "stopLegacy",
      "openStoppedSource",
      "checkStillStopped",
      "changeRecord",
      "startNewTrident",
      "changeRecord",
      "takeSnapshot",
      "checkStillStopped",
      "changeRecord",
      "removeSourcePod",
      "deleteLegacy",
      "changeRecord",
      "handOverNewTrident",
    ]);
  });

  it("reads no key in the outage when neither etcd was written to since the first pass", async () => {
    const environment = new FakeEnvironment();
    let read = 0;
    environment.before("stopLegacy", () => {
      for (const store of [environment.source, environment.destination]) {
        store.range = async (request) => {
          const page = await MemoryStore.prototype.range.call(store, request);
          if (!environment.newTrident) read += page.entries.length;
          return page;
        };
      }
    });
    const result = await runMigration(environment, ignore);
    assert.equal(read, 0);
    assert.deepEqual([result.keys, result.changedKeys], [3, { created: 0, replaced: 0, deleted: 0 }]);
  });

  it("finds a value that differs although no revision tells, since it verifies all of it again", async () => {
    const environment = new FakeEnvironment();
    environment.before("openStoppedSource", () => {
      tellAnotherValue(environment);
    });
    const error = await failure(environment);
    assert.ok(error.cause instanceof CopyMismatchError);
    assert.match(error.message, /\/trident\/v1\/volume\/a.*serving again/s);
    assert.deepEqual(environment.destination.entries(), {});
  });

  it("tells for how long no Trident served", async () => {
    const environment = new FakeEnvironment();
    assert.equal((await runMigration(environment, ignore)).outageSeconds, 4.3);
  });

  it("tells no such time when it starts no new Trident", async () => {
    const environment = new FakeEnvironment();
    environment.servesSince = undefined;
    assert.ok(!("outageSeconds" in (await runMigration(environment, ignore))));
  });

  it("is undone when somebody else writes to the new etcd in between, and leaves that as it is", async () => {
    const environment = new FakeEnvironment();
    environment.before("stopLegacy", () => {
      environment.destination.put("/trident/v1/volume/foreign", "X");
    });
    const error = await failure(environment);
    assert.ok(error.cause instanceof CopyConflictError, String(error.cause));
    assert.equal(error.legacy, "restored");
    assert.deepEqual(environment.destination.entries(), { "/trident/v1/volume/foreign": "X" });
  });

  it("is undone when all of the state is gone once the old Trident is stopped", async () => {
    const environment = new FakeEnvironment();
    environment.before("stopLegacy", () => {
      for (const key of Object.keys(environment.source.entries())) environment.source.remove(key);
    });
    const error = await failure(environment);
    assert.ok(isBlockedBy(error.cause, "emptySource"));
    assert.equal(error.legacy, "restored");
  });

  it("stops nothing when the old Trident is another one by then", async () => {
    const environment = new FakeEnvironment();
    let looks = 0;
    environment.before("findTrident", () => {
      looks += 1;
      if (looks === 3) environment.trident = { kind: "legacy", legacy: legacyTrident({ uid: "another" }) };
    });
    const error = await failure(environment);
    assert.ok(error.cause instanceof LegacyTridentChangedError);
    assert.equal(error.legacy, "untouched");
    assert.ok(!environment.steps.includes("stopLegacy"));
    assert.deepEqual(environment.destination.entries(), {});
  });

  it("tells where the snapshot is", async () => {
    const environment = new FakeEnvironment();
    environment.snapshotPath = "/snapshots/trident.db";
    const lines: string[] = [];
    const result = await runMigration(environment, (line) => lines.push(line));
    assert.equal(result.snapshot, "/snapshots/trident.db");
    assert.ok(lines.some((line) => line.includes("/snapshots/trident.db") && line.includes("secrets")));
  });
});

describe("the first pass", () => {
  it("that fails leaves the old Trident serving and takes its keys back", async () => {
    const environment = new FakeEnvironment();
    environment.before("changeRecord", () => {
      const { destination } = environment;
      const createAll = destination.createAll.bind(destination);
      destination.createAll = async (entries) => {
        await createAll(entries);
        throw new StoreError("permanent", "the disk is full");
      };
    });

    const error = await failure(environment);

    assert.match(error.message, /while copying the state while the old Trident serves.*the disk is full/s);
    assert.equal(error.legacy, "untouched");
    assert.equal(environment.replicas(), 1);
    assert.ok(!environment.steps.includes("stopLegacy"));
    assert.deepEqual(environment.destination.entries(), {});
    assert.equal(environment.recorded.firstPass, undefined);
  });

  it("gives way to one pass in the outage when the old etcd does not run", async () => {
    const environment = new FakeEnvironment();
    environment.liveEtcd = false;
    const lines: string[] = [];
    const result = await runMigration(environment, (line) => lines.push(line));
    assert.deepEqual([result.keys, result.firstPassKeys], [3, 0]);
    assert.ok(lines.some((line) => line.includes("does not run now")));
  });

  it("gives way to one pass in the outage when the way to the old etcd breaks", async (context) => {
    const environment = new FakeEnvironment();
    const { source } = environment;
    const range = source.range.bind(source);
    environment.before("changeRecord", () => {
      source.range = () => Promise.reject(new StoreError("transient", "port-forward: broken pipe"));
      // Each look at the clock is some seconds later: the copy's patience, without having to wait for it.
      let skipped = 0;
      const now = performance.now.bind(performance);
      context.mock.method(performance, "now", () => now() + (skipped += 20_000));
    });
    environment.before("stopLegacy", () => {
      context.mock.restoreAll();
      source.range = range;
      environment.before("changeRecord", () => undefined);
    });
    const lines: string[] = [];
    const result = await runMigration(environment, (line) => lines.push(line));
    assert.deepEqual([result.keys, result.firstPassKeys], [3, 0]);
    assert.deepEqual(environment.destination.entries(), source.entries());
    assert.ok(lines.some((line) => line.includes("broken pipe") && line.includes("away for longer")));
  });

  it("fails when it is the new etcd that can't be reached", async () => {
    const environment = new FakeEnvironment();
    environment.before("changeRecord", () => {
      environment.destination.createAll = () => Promise.reject(new StoreError("permanent", "the new etcd is away"));
    });
    const error = await failure(environment);
    assert.equal(error.legacy, "untouched");
    assert.ok(!environment.steps.includes("stopLegacy"));
  });
});

describe("a migration whose Lease another one takes over", () => {
  it("stops nothing when that happens in the first pass", async () => {
    const environment = new FakeEnvironment();
    environment.before("changeRecord", () => {
      environment.loseLease();
    });
    const error = await failure(environment);
    assert.ok(causes(error).some((each) => each instanceof LeaseLostError));
    assert.ok(!environment.steps.includes("stopLegacy"));
    assert.deepEqual(environment.destination.entries(), {});
  });

  for (const step of ["stopLegacy", "openStoppedSource", "checkStillStopped"] as const) {
    it(`takes no further step and takes nothing back when that happens in ${step}`, async () => {
      const environment = new FakeEnvironment();
      let [taken, state]: [number, unknown] = [0, undefined];
      environment.before(step, () => {
        environment.loseLease();
        [taken, state] = [environment.steps.length, environment.destination.entries()];
      });
      const error = await failure(environment);
      assert.ok(
        causes(error).some((each) => each instanceof LeaseLostError),
        error.message,
      );
      assert.match(error.message, /another-host-1-00000000 holds it now/);
      assert.equal(error.legacy, "leftToOther");
      assert.deepEqual(environment.steps.slice(taken), []);
      assert.deepEqual(environment.destination.entries(), state);
      assert.equal(environment.replicas(), 0);
    });
  }
});

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
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
  // Progress is not what these tests look at.
}
