import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../migration/wording/in-settings.ts";
import { CopyMismatchError } from "../../../migration/copy/errors.ts";
import { LeaseLostError } from "../../../migration/lease/held-lease.ts";
import { LegacyTridentChangedError } from "../../../migration/trident/legacy/stop-legacy-trident.ts";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import { FakeCluster, tellAnotherValue } from "../trident/port/fake-cluster.ts";
import { failureOf, ignore, writeAsNewTrident } from "./migration-scene.ts";

describe("a migration whose new Trident serves, until all of the copy was compared once more", () => {
  it("is not disturbed by what the new Trident writes", async () => {
    const cluster = new FakeCluster();
    const before = cluster.source.entries();
    whenItServes(cluster, () => {
      writeAsNewTrident(cluster);
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
        writeAsNewTrident(cluster);
        happens(cluster);
      });
      cluster.before("restoreLegacy", () => {
        assert.equal(cluster.newTrident, false, "two Tridents at once");
        assert.equal(cluster.sourcePod, false, "the claim is in use");
        assert.ok(!("/trident/v1/volume/new" in cluster.destination.entries()));
      });

      const error = await failureOf(cluster);

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
      writeAsNewTrident(cluster);
      cluster.before("saveSourceSnapshot", () => {
        cluster.loseLease();
      });
    });
    const error = await failureOf(cluster);
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
    assert.equal((await failureOf(cluster)).legacy, "restored");
    assert.deepEqual(cluster.source.entries(), before);
  });

  it("is kept, and serves on, when what it wrote can't be carried into the old etcd", async () => {
    const cluster = new FakeCluster();
    whenItServes(cluster, () => {
      writeAsNewTrident(cluster);
      cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
      cluster.before("pauseNewTrident", () => {
        cluster.failAt("openStoppedSource", new Error("the claim is in use"));
      });
    });
    const error = await failureOf(cluster);
    assert.equal(error.legacy, "newKept");
    assert.match(
      inSettings(error.message),
      /written 2 keys since.*the claim is in use.*discardedKeys 2.*The new one serves/s,
    );
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
      writeAsNewTrident(cluster);
      cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
    });
    assert.equal((await failureOf(cluster)).legacy, "restored");
    assert.ok(!("/trident/v1/volume/new" in cluster.source.entries()));
    assert.deepEqual(cluster.destination.entries(), {});
  });

  it("is kept when the new etcd can't be asked what it wrote", async () => {
    const cluster = new FakeCluster();
    whenItServes(cluster, () => {
      cluster.failAt("saveSourceSnapshot", new Error("the disk is full"));
      cluster.failAt("openDestination", new Error("the new etcd is away"));
    });
    const error = await failureOf(cluster);
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
    const error = await failureOf(cluster);
    assert.equal(error.legacy, "restored");
    assert.match(error.message, /never served. What it wrote.*the new etcd is away/s);
    assert.equal(cluster.replicas(), 1);
  });

  it("takes nothing back when only the old etcd's pod stays, which the next run removes", async () => {
    const cluster = new FakeCluster();
    whenItServes(cluster, () => {
      cluster.failAt("removeSourcePod", new Error("it stays"));
    });
    const error = await failureOf(cluster);
    assert.equal(error.legacy, "superseded");
    assert.ok(cluster.newTrident);
    cluster.healAt("removeSourcePod");
    await runMigration(cluster, ignore);
    assert.equal(cluster.sourcePod, false);
    assert.equal(cluster.trident.kind, "absent");
  });
});

/** Right after it was started, before anything else. */
function whenItServes(cluster: FakeCluster, happens: () => void): void {
  const start = cluster.startNewTrident.bind(cluster);
  cluster.startNewTrident = async (copied) => {
    const servesSince = await start(copied);
    happens();
    return servesSince;
  };
}
