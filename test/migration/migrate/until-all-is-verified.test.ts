import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CopyMismatchError } from "../../../migration/copy/errors.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { LeaseLostError } from "../../../migration/lease/errors.ts";
import { LegacyTridentChangedError } from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration-error.ts";
import { FakeEnvironment, tellAnotherValue } from "./fake-environment.ts";

describe("a migration whose new Trident serves, until all of the copy was compared once more", () => {
  it("is not disturbed by what the new Trident writes", async () => {
    const environment = new FakeEnvironment();
    const before = environment.source.entries();
    whenItServes(environment, () => {
      write(environment);
    });
    const result = await runMigration(environment, ignore);
    assert.equal(result.keys, Object.keys(before).length);
    assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
    assert.equal(environment.recorded.phase, "copied");
  });

  it("records the digest of the old etcd's state, and nothing before that was compared", async () => {
    const environment = new FakeEnvironment();
    environment.before("takeSnapshot", () => {
      assert.equal(environment.recorded.phase, "stopped");
      assert.equal(environment.recorded.result, undefined);
      assert.ok(!environment.steps.includes("deleteLegacy"));
    });
    const lines: string[] = [];
    const { sha256 } = await runMigration(environment, (line) => lines.push(line));
    const told = lines.filter((line) => line.includes(`SHA-256 ${sha256}`));
    assert.deepEqual(
      told.map((line) => line.split(":")[0]),
      ["Verified", "Verified again"],
    );
    assert.ok(lines.findIndex((line) => line.includes("serves.")) < lines.indexOf(told[1] ?? ""));
  });

  const failures: [string, (environment: FakeEnvironment) => void, (error: MigrationError) => void][] = [
    [
      "a value turns out to differ",
      (environment) => {
        tellAnotherValue(environment);
      },
      ({ cause, message }) => {
        assert.ok(cause instanceof CopyMismatchError);
        assert.match(message, /\/trident\/v1\/volume\/a/);
      },
    ],
    [
      "the snapshot can't be saved",
      (environment) => {
        environment.failAt("takeSnapshot", new Error("the disk is full"));
      },
      ({ message }) => {
        assert.match(message, /saving a snapshot.*the disk is full/);
      },
    ],
    [
      "somebody starts the old Trident",
      (environment) => {
        environment.before("takeSnapshot", () => {
          const { trident } = environment;
          if (trident.kind === "legacy")
            environment.trident = { ...trident, legacy: { ...trident.legacy, replicas: 1 } };
        });
      },
      ({ cause }) => {
        assert.ok(cause instanceof LegacyTridentChangedError);
      },
    ],
  ];
  for (const [what, happens, isTold] of failures) {
    it(`carries what the new one wrote into the old etcd, before the old one serves again, when ${what}`, async () => {
      const environment = new FakeEnvironment();
      whenItServes(environment, () => {
        write(environment);
        happens(environment);
      });
      environment.before("restoreLegacy", () => {
        assert.equal(environment.newTrident, false, "two Tridents at once");
        assert.equal(environment.sourcePod, false, "the claim is in use");
        assert.ok(!("/trident/v1/volume/new" in environment.destination.entries()));
      });

      const error = await failure(environment);

      isTold(error);
      assert.equal(error.legacy, "restored");
      assert.equal(environment.replicas(), 1);
      assert.equal(environment.newTrident, false);
      assert.ok(!environment.steps.includes("deleteLegacy"));
      const { "/trident/v1/volume/new": made, "/trident/store": overwritten } = environment.source.entries();
      assert.deepEqual([made, overwritten], ["made by the new Trident", "written at its start"]);
      assert.ok("/trident/v1/volume/a" in environment.source.entries());
      assert.deepEqual(environment.destination.entries(), {});
      assert.equal(environment.recorded.phase, undefined);
      assert.equal(environment.recorded.served, undefined);
      assert.equal(environment.recorded.firstPass, undefined);
    });
  }

  it("leaves the new one and what it wrote alone when another run takes the Lease over", async () => {
    const environment = new FakeEnvironment();
    whenItServes(environment, () => {
      write(environment);
      environment.before("takeSnapshot", () => {
        environment.loseLease();
      });
    });
    const error = await failure(environment);
    assert.ok(error.cause instanceof LeaseLostError);
    assert.equal(error.legacy, "leftToOther");
    assert.equal(environment.replicas(), 0);
    assert.equal(environment.newTrident, true);
    assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
    assert.equal(environment.recorded.phase, "stopped");
  });

  it("is taken back without a look at the old etcd when it wrote nothing", async () => {
    const environment = new FakeEnvironment();
    environment.failAt("takeSnapshot", new Error("the disk is full"));
    const before = environment.source.entries();
    environment.before("stopNewTrident", () => {
      environment.failAt("openStoppedSource", new Error("not needed"));
    });
    assert.equal((await failure(environment)).legacy, "restored");
    assert.deepEqual(environment.source.entries(), before);
  });

  it("is kept, and serves on, when what it wrote can't be carried into the old etcd", async () => {
    const environment = new FakeEnvironment();
    whenItServes(environment, () => {
      write(environment);
      environment.failAt("takeSnapshot", new Error("the disk is full"));
      environment.before("stopNewTrident", () => {
        environment.failAt("openStoppedSource", new Error("the claim is in use"));
      });
    });
    const error = await failure(environment);
    assert.equal(error.legacy, "newKept");
    assert.match(error.message, /written 2 keys since.*the claim is in use.*discardedKeys 2.*The new one serves/s);
    assert.ok(environment.newServes());
    assert.equal(environment.replicas(), 0);

    environment.healAt("openStoppedSource");
    environment.healAt("takeSnapshot");
    await runMigration(environment, ignore);
    assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
    assert.equal(environment.recorded.phase, "copied");
  });

  it("is discarded, with what it wrote, when the user has given up exactly that much", async () => {
    const environment = new FakeEnvironment();
    environment.discardedKeys = 2;
    whenItServes(environment, () => {
      write(environment);
      environment.failAt("takeSnapshot", new Error("the disk is full"));
    });
    assert.equal((await failure(environment)).legacy, "restored");
    assert.ok(!("/trident/v1/volume/new" in environment.source.entries()));
    assert.deepEqual(environment.destination.entries(), {});
  });

  it("is kept when the new etcd can't be asked what it wrote", async () => {
    const environment = new FakeEnvironment();
    whenItServes(environment, () => {
      environment.failAt("takeSnapshot", new Error("the disk is full"));
      environment.failAt("openDestination", new Error("the new etcd is away"));
    });
    const error = await failure(environment);
    assert.equal(error.legacy, "newKept");
    assert.match(error.message, /the disk is full.*the new etcd is away/s);
    assert.ok(environment.newServes());
    assert.equal(environment.replicas(), 0);
  });

  it("does not keep the old one stopped when it never served", async () => {
    const environment = new FakeEnvironment();
    environment.newTridentHasServed = false;
    environment.failAt("startNewTrident", new Error("it keeps ending"));
    environment.before("startNewTrident", () => {
      environment.destination.put("/trident/store", "written at its start");
      environment.failAt("openDestination", new Error("the new etcd is away"));
    });
    const error = await failure(environment);
    assert.equal(error.legacy, "restored");
    assert.match(error.message, /never served. What it wrote.*the new etcd is away/s);
    assert.equal(environment.replicas(), 1);
  });

  for (const { step, when } of [
    { step: "startNewTrident", when: "after" },
    { step: "takeSnapshot", when: "before" },
    { step: "takeSnapshot", when: "after" },
    { step: "checkStillStopped", when: "before" },
    { step: "checkStillStopped", when: "after" },
    { step: "changeRecord", when: "before" },
  ] as const) {
    it(`killed ${when} ${step}, is finished by the next run, which verifies all and keeps what the new one wrote`, async () => {
      const environment = new FakeEnvironment();
      environment.snapshotPath = "snapshots/old.db";
      await killedOnceItServes(environment, step, when);
      assert.ok(environment.newTrident);
      assert.equal(environment.replicas(), 0);
      write(environment);
      environment.steps.length = 0;

      const lines: string[] = [];
      const result = await runMigration(environment, (line) => lines.push(line));

      assert.ok(!environment.steps.includes("withdrawNewTrident"));
      assert.ok(!environment.steps.includes("startNewTrident"));
      assert.ok(lines.some((line) => line.includes(`SHA-256 ${result.sha256}`)));
      assert.equal(result.keys, Object.keys(environment.source.entries()).length);
      assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(environment.recorded.phase, "copied");
      assert.equal(environment.trident.kind, "absent");
      assert.equal(environment.sourcePod, false);
    });
  }

  it("killed, is finished by the next run although the new etcd has compacted what the new Trident was started on", async () => {
    const environment = new FakeEnvironment();
    await killedOnceItServes(environment, "takeSnapshot", "before");
    write(environment);
    environment.destination.remove("/trident/v1/volume/b");
    compact(environment);
    const lines: string[] = [];
    const result = await runMigration(environment, (line) => lines.push(line));
    assert.match(
      lines.join("\n"),
      /1 of 3 keys and values are equal; the other 2 the new Trident has overwritten or deleted/,
    );
    assert.equal(result.keys, 3);
    assert.equal(environment.recorded.phase, "copied");
    assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
  });

  it("killed, is left as it is when a key differs that the new Trident has not touched, although that is compacted", async () => {
    const environment = new FakeEnvironment();
    await killedOnceItServes(environment, "takeSnapshot", "before");
    write(environment);
    compact(environment);
    tellAnotherValue(environment);
    const error = await failure(environment);
    assert.equal(error.legacy, "leftAsFound");
    assert.ok(error.cause instanceof CopyMismatchError);
  });

  for (const [what, fail] of [
    ["a value turns out to differ", tellAnotherValue],
    [
      "the new etcd can't be reached",
      (environment: FakeEnvironment) => {
        environment.failAt("openDestination", new Error("no route to host"));
      },
    ],
  ] as const) {
    it(`killed and then left as it is when ${what}: nobody's writes are discarded without a word`, async () => {
      const environment = new FakeEnvironment();
      await killedOnceItServes(environment, "takeSnapshot", "before");
      write(environment);
      fail(environment);
      await assert.rejects(runMigration(environment, ignore), (error: MigrationError) => {
        assert.equal(error.legacy, "leftAsFound");
        assert.match(error.message, /scale deployment trident-external-etcd --replicas=0/);
        return true;
      });
      assert.ok(environment.newTrident);
      assert.equal(environment.replicas(), 0);
      assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(environment.sourcePod, false);
    });
  }

  for (const { step, when } of [
    { step: "changeRecord", when: "after" },
    { step: "removeSourcePod", when: "before" },
    { step: "removeSourcePod", when: "after" },
    { step: "deleteLegacy", when: "before" },
  ] as const) {
    it(`killed ${when} ${step}, once it was recorded, is ended by the next run, which keeps what the new one wrote`, async () => {
      const environment = new FakeEnvironment();
      await killedOnceItServes(environment, step, when);
      write(environment);
      environment.steps.length = 0;
      await runMigration(environment, ignore);
      assert.ok(!environment.steps.includes("withdrawNewTrident"));
      assert.equal(environment.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(environment.sourcePod, false);
      assert.equal(environment.trident.kind, "absent");
    });
  }

  it("takes nothing back when only the old etcd's pod stays, which the next run removes", async () => {
    const environment = new FakeEnvironment();
    whenItServes(environment, () => {
      environment.failAt("removeSourcePod", new Error("it stays"));
    });
    const error = await failure(environment);
    assert.equal(error.legacy, "superseded");
    assert.ok(environment.newTrident);
    environment.healAt("removeSourcePod");
    await runMigration(environment, ignore);
    assert.equal(environment.sourcePod, false);
    assert.equal(environment.trident.kind, "absent");
  });
});

/** At the first such step after the new Trident was told to start. */
async function killedOnceItServes(
  environment: FakeEnvironment,
  ...death: Parameters<FakeEnvironment["killedAt"]>
): Promise<void> {
  const { promise: dead, resolve } = Promise.withResolvers<undefined>();
  environment.before("startNewTrident", () => {
    void environment.killedAt(...death).then(() => {
      resolve(undefined);
    });
  });
  void runMigration(environment, ignore);
  await dead;
}

/** Right after it was started, before anything else. */
function whenItServes(environment: FakeEnvironment, happens: () => void): void {
  const start = environment.startNewTrident.bind(environment);
  environment.startNewTrident = async (copied) => {
    const servesSince = await start(copied);
    happens();
    return servesSince;
  };
}

/** What a Trident that serves does: a key of its own, and one of the copy's changed. */
function write({ destination }: FakeEnvironment): void {
  destination.put("/trident/v1/volume/new", "made by the new Trident");
  destination.put("/trident/store", "written at its start");
}

/** The new etcd forgets all but its latest revision. */
function compact({ destination }: FakeEnvironment): void {
  const range = destination.range.bind(destination);
  destination.range = async (request) => {
    const { revision: latest } = await destination.status();
    if (request.revision !== undefined && request.revision < latest) {
      throw new StoreError("compacted", "the revision being read was compacted away");
    }
    return range(request);
  };
}

async function failure(environment: FakeEnvironment): Promise<MigrationError> {
  try {
    await runMigration(environment, ignore);
  } catch (error) {
    assert.ok(error instanceof MigrationError, String(error));
    return error;
  }
  throw new Error("the migration succeeded");
}

function ignore(): void {
  // What is said is looked at where it matters.
}
