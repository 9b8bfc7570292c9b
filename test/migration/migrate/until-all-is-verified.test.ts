import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CopyMismatchError } from "../../../migration/copy/errors.ts";
import { StoreError } from "../../../migration/copy/store/store-error.ts";
import { LeaseLostError } from "../../../migration/lease/errors.ts";
import { LegacyTridentChangedError } from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import { FakeCluster, tellAnotherValue } from "../trident/port/fake-cluster.ts";

describe("a migration whose new Trident serves, until all of the copy was compared once more", () => {
  it("is not disturbed by what the new Trident writes", async () => {
    const cluster = new FakeCluster();
    const before = cluster.source.entries();
    whenItServes(cluster, () => {
      write(cluster);
    });
    const result = await runMigration(cluster, ignore);
    assert.equal(result.keys, Object.keys(before).length);
    assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
    assert.equal(cluster.recorded.phase, "copied");
  });

  it("records the digest of the old etcd's state, and nothing before that was compared", async () => {
    const cluster = new FakeCluster();
    cluster.before("saveSourceSnapshot", () => {
      assert.equal(cluster.recorded.phase, "stopped");
      assert.equal(cluster.recorded.result, undefined);
      assert.ok(!cluster.steps.includes("deleteLegacy"));
    });
    const lines: string[] = [];
    const { sha256 } = await runMigration(cluster, (line) => lines.push(line));
    const told = lines.filter((line) => line.includes(`SHA-256 ${sha256}`));
    assert.deepEqual(
      told.map((line) => line.split(":")[0]),
      ["Verified", "Verified again"],
    );
    assert.ok(lines.findIndex((line) => line.includes("serves.")) < lines.indexOf(told[1] ?? ""));
  });

  const failures: [string, (cluster: FakeCluster) => void, (error: MigrationError) => void][] = [
    [
      "a value turns out to differ",
      (cluster) => {
        tellAnotherValue(cluster);
      },
      ({ cause, message }) => {
        assert.ok(cause instanceof CopyMismatchError);
        assert.match(message, /\/trident\/v1\/volume\/a/);
      },
    ],
    [
      "the snapshot can't be saved",
      (cluster) => {
        cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
      },
      ({ message }) => {
        assert.match(message, /saving a snapshot.*the disk is full/);
      },
    ],
    [
      "somebody starts the old Trident",
      (cluster) => {
        cluster.before("saveSourceSnapshot", () => {
          const { trident } = cluster;
          if (trident.kind === "legacy") cluster.trident = { ...trident, legacy: { ...trident.legacy, replicas: 1 } };
        });
      },
      ({ cause }) => {
        assert.ok(cause instanceof LegacyTridentChangedError);
      },
    ],
  ];
  for (const [what, happens, isTold] of failures) {
    it(`carries what the new one wrote into the old etcd, before the old one serves again, when ${what}`, async () => {
      const cluster = new FakeCluster();
      whenItServes(cluster, () => {
        write(cluster);
        happens(cluster);
      });
      cluster.before("restoreLegacy", () => {
        assert.equal(cluster.newTrident, false, "two Tridents at once");
        assert.equal(cluster.sourcePod, false, "the claim is in use");
        assert.ok(!("/trident/v1/volume/new" in cluster.destination.entries()));
      });

      const error = await failure(cluster);

      isTold(error);
      assert.equal(error.legacy, "restored");
      assert.equal(cluster.replicas(), 1);
      assert.equal(cluster.newTrident, false);
      assert.ok(!cluster.steps.includes("deleteLegacy"));
      const { "/trident/v1/volume/new": made, "/trident/store": overwritten } = cluster.source.entries();
      assert.deepEqual([made, overwritten], ["made by the new Trident", "written at its start"]);
      assert.ok("/trident/v1/volume/a" in cluster.source.entries());
      assert.deepEqual(cluster.destination.entries(), {});
      assert.equal(cluster.recorded.phase, undefined);
      assert.equal(cluster.recorded.served, undefined);
      assert.equal(cluster.recorded.firstPass, undefined);
    });
  }

  it("leaves the new one and what it wrote alone when another run takes the Lease over", async () => {
    const cluster = new FakeCluster();
    whenItServes(cluster, () => {
      write(cluster);
      cluster.before("saveSourceSnapshot", () => {
        cluster.loseLease();
      });
    });
    const error = await failure(cluster);
    assert.ok(error.cause instanceof LeaseLostError);
    assert.equal(error.legacy, "leftToOther");
    assert.equal(cluster.replicas(), 0);
    assert.equal(cluster.newTrident, true);
    assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
    assert.equal(cluster.recorded.phase, "stopped");
  });

  it("is taken back without a look at the old etcd when it wrote nothing", async () => {
    const cluster = new FakeCluster();
    cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
    const before = cluster.source.entries();
    cluster.before("pauseNewTrident", () => {
      cluster.failAt("openStoppedSource", new Error("not needed"));
    });
    assert.equal((await failure(cluster)).legacy, "restored");
    assert.deepEqual(cluster.source.entries(), before);
  });

  it("is kept, and serves on, when what it wrote can't be carried into the old etcd", async () => {
    const cluster = new FakeCluster();
    whenItServes(cluster, () => {
      write(cluster);
      cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
      cluster.before("pauseNewTrident", () => {
        cluster.failAt("openStoppedSource", new Error("the claim is in use"));
      });
    });
    const error = await failure(cluster);
    assert.equal(error.legacy, "newKept");
    assert.match(error.message, /written 2 keys since.*the claim is in use.*discardedKeys 2.*The new one serves/s);
    assert.ok(cluster.newRuns());
    assert.equal(cluster.replicas(), 0);

    cluster.healAt("openStoppedSource");
    cluster.healAt("saveSourceSnapshot");
    await runMigration(cluster, ignore);
    assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
    assert.equal(cluster.recorded.phase, "copied");
  });

  it("is discarded, with what it wrote, when the user has given up exactly that much", async () => {
    const cluster = new FakeCluster();
    cluster.discardedKeys = 2;
    whenItServes(cluster, () => {
      write(cluster);
      cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
    });
    assert.equal((await failure(cluster)).legacy, "restored");
    assert.ok(!("/trident/v1/volume/new" in cluster.source.entries()));
    assert.deepEqual(cluster.destination.entries(), {});
  });

  it("is kept when the new etcd can't be asked what it wrote", async () => {
    const cluster = new FakeCluster();
    whenItServes(cluster, () => {
      cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
      cluster.failAt("openDestination", new Error("the new etcd is away"));
    });
    const error = await failure(cluster);
    assert.equal(error.legacy, "newKept");
    assert.match(error.message, /the disk is full.*the new etcd is away/s);
    assert.ok(cluster.newRuns());
    assert.equal(cluster.replicas(), 0);
  });

  it("does not keep the old one stopped when it never served", async () => {
    const cluster = new FakeCluster();
    cluster.newTridentHasServed = false;
    cluster.failAt("startNewTrident", new Error("it keeps ending"));
    cluster.before("startNewTrident", () => {
      cluster.destination.put("/trident/store", "written at its start");
      cluster.failAt("openDestination", new Error("the new etcd is away"));
    });
    const error = await failure(cluster);
    assert.equal(error.legacy, "restored");
    assert.match(error.message, /never served. What it wrote.*the new etcd is away/s);
    assert.equal(cluster.replicas(), 1);
  });

  for (const { step, when } of [
    { step: "startNewTrident", when: "after" },
    { step: "saveSourceSnapshot", when: "before" },
    { step: "saveSourceSnapshot", when: "after" },
    { step: "checkStillStopped", when: "before" },
    { step: "checkStillStopped", when: "after" },
    { step: "changeRecord", when: "before" },
  ] as const) {
    it(`killed ${when} ${step}, is finished by the next run, which verifies all and keeps what the new one wrote`, async () => {
      const cluster = new FakeCluster();
      cluster.snapshotPath = "snapshots/old.db";
      await killedOnceItServes(cluster, step, when);
      assert.ok(cluster.newTrident);
      assert.equal(cluster.replicas(), 0);
      write(cluster);
      cluster.steps.length = 0;

      const lines: string[] = [];
      const result = await runMigration(cluster, (line) => lines.push(line));

      assert.ok(!cluster.steps.includes("withdrawNewTrident"));
      assert.ok(!cluster.steps.includes("startNewTrident"));
      assert.ok(lines.some((line) => line.includes(`SHA-256 ${result.sha256}`)));
      assert.equal(result.keys, Object.keys(cluster.source.entries()).length);
      assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(cluster.recorded.phase, "copied");
      assert.equal(cluster.trident.kind, "absent");
      assert.equal(cluster.sourcePod, false);
    });
  }

  it("killed, is finished by the next run although the new etcd has compacted what the new Trident was started on", async () => {
    const cluster = new FakeCluster();
    await killedOnceItServes(cluster, "saveSourceSnapshot", "before");
    write(cluster);
    cluster.destination.remove("/trident/v1/volume/b");
    compact(cluster);
    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));
    assert.match(
      lines.join("\n"),
      /1 of 3 keys and values are equal; the other 2 the new Trident has overwritten or deleted/,
    );
    assert.equal(result.keys, 3);
    assert.equal(cluster.recorded.phase, "copied");
    assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
  });

  it("killed, is left as it is when a key differs that the new Trident has not touched, although that is compacted", async () => {
    const cluster = new FakeCluster();
    await killedOnceItServes(cluster, "saveSourceSnapshot", "before");
    write(cluster);
    compact(cluster);
    tellAnotherValue(cluster);
    const error = await failure(cluster);
    assert.equal(error.legacy, "leftAsFound");
    assert.ok(error.cause instanceof CopyMismatchError);
  });

  for (const [what, fail] of [
    ["a value turns out to differ", tellAnotherValue],
    [
      "the new etcd can't be reached",
      (cluster: FakeCluster) => {
        cluster.failAt("openDestination", new Error("no route to host"));
      },
    ],
  ] as const) {
    it(`killed and then left as it is when ${what}: nobody's writes are discarded without a word`, async () => {
      const cluster = new FakeCluster();
      await killedOnceItServes(cluster, "saveSourceSnapshot", "before");
      write(cluster);
      fail(cluster);
      await assert.rejects(runMigration(cluster, ignore), (error: MigrationError) => {
        assert.equal(error.legacy, "leftAsFound");
        assert.match(error.message, /scale deployment trident-external-etcd --replicas=0/);
        return true;
      });
      assert.ok(cluster.newTrident);
      assert.equal(cluster.replicas(), 0);
      assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(cluster.sourcePod, false);
    });
  }

  for (const { step, when } of [
    { step: "changeRecord", when: "after" },
    { step: "removeSourcePod", when: "before" },
    { step: "removeSourcePod", when: "after" },
    { step: "deleteLegacy", when: "before" },
  ] as const) {
    it(`killed ${when} ${step}, once it was recorded, is ended by the next run, which keeps what the new one wrote`, async () => {
      const cluster = new FakeCluster();
      await killedOnceItServes(cluster, step, when);
      write(cluster);
      cluster.steps.length = 0;
      await runMigration(cluster, ignore);
      assert.ok(!cluster.steps.includes("withdrawNewTrident"));
      assert.equal(cluster.destination.entries()["/trident/v1/volume/new"], "made by the new Trident");
      assert.equal(cluster.sourcePod, false);
      assert.equal(cluster.trident.kind, "absent");
    });
  }

  it("takes nothing back when only the old etcd's pod stays, which the next run removes", async () => {
    const cluster = new FakeCluster();
    whenItServes(cluster, () => {
      cluster.failAt("removeSourcePod", new Error("it stays"));
    });
    const error = await failure(cluster);
    assert.equal(error.legacy, "superseded");
    assert.ok(cluster.newTrident);
    cluster.healAt("removeSourcePod");
    await runMigration(cluster, ignore);
    assert.equal(cluster.sourcePod, false);
    assert.equal(cluster.trident.kind, "absent");
  });
});

/** At the first such step after the new Trident was told to start. */
async function killedOnceItServes(cluster: FakeCluster, ...death: Parameters<FakeCluster["killedAt"]>): Promise<void> {
  const { promise: dead, resolve } = Promise.withResolvers<undefined>();
  cluster.before("startNewTrident", () => {
    void cluster.killedAt(...death).then(() => {
      resolve(undefined);
    });
  });
  void runMigration(cluster, ignore);
  await dead;
}

/** Right after it was started, before anything else. */
function whenItServes(cluster: FakeCluster, happens: () => void): void {
  const start = cluster.startNewTrident.bind(cluster);
  cluster.startNewTrident = async (copied) => {
    const servesSince = await start(copied);
    happens();
    return servesSince;
  };
}

/** What a Trident that serves does: a key of its own, and one of the copy's changed. */
function write({ destination }: FakeCluster): void {
  destination.put("/trident/v1/volume/new", "made by the new Trident");
  destination.put("/trident/store", "written at its start");
}

/** The new etcd forgets all but its latest revision. */
function compact({ destination }: FakeCluster): void {
  const range = destination.range.bind(destination);
  destination.range = async (request) => {
    const { revision: latest } = await destination.status();
    if (request.revision !== undefined && request.revision < latest) {
      throw new StoreError("compacted", "the revision being read was compacted away");
    }
    return range(request);
  };
}

async function failure(cluster: FakeCluster): Promise<MigrationError> {
  try {
    await runMigration(cluster, ignore);
  } catch (error) {
    assert.ok(error instanceof MigrationError, String(error));
    return error;
  }
  throw new Error("the migration succeeded");
}

function ignore(): void {
  // What is said is looked at where it matters.
}
