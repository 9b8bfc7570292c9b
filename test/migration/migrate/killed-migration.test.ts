import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration.ts";
import { isBlockedBy } from "../../../migration/blockers/blocker.ts";
import { FakeCluster } from "../trident/port/fake-cluster.ts";
import { failureOf, ignore } from "./migration-scene.ts";

/** More than one transaction takes. */
const many = Object.fromEntries(
  Array.from({ length: 400 }, (_, index) => [`/trident/v1/volume/${1000 + index}`, "old"]),
);

const deaths = [
  { step: "checkLegacyImage", when: "after" },
  { step: "pullNewImage", when: "after" },
  { step: "changeRecord", when: "after" },
  { step: "stopLegacy", when: "before" },
  { step: "stopLegacy", when: "after" },
  { step: "openStoppedSource", when: "after" },
  { step: "saveSourceSnapshot", when: "after" },
  { step: "checkStillStopped", when: "before" },
  { step: "checkStillStopped", when: "after" },
  { step: "deleteLegacy", when: "before" },
  { step: "deleteLegacy", when: "after" },
  { step: "markClaimStale", when: "before" },
] as const;

describe("a migration that is killed", () => {
  for (const { step, when } of deaths) {
    it(`${when} ${step} is finished by the next one, whatever the old Trident wrote meanwhile`, async () => {
      const cluster = new FakeCluster(many);
      await killed(cluster, step, when);
      if (cluster.replicas() > 0) writeOn(cluster);

      await runMigration(cluster, ignore);

      assert.equal(cluster.trident.kind, "absent");
      assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
      assert.equal(cluster.sourcePod, false);
      assert.equal(cluster.recorded.phase, "copied");
      assert.equal(cluster.staleSince, cluster.recorded.stoppedAt);
    });
  }

  it("in the midst of the first pass is finished by the next one, which brings what was copied up to date", async () => {
    const cluster = await killedInFirstPass();
    assert.ok(Object.keys(cluster.destination.entries()).length > 0);
    writeOn(cluster);

    const lines: string[] = [];
    const result = await runMigration(cluster, (line) => lines.push(line));

    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
    assert.equal(result.firstPassKeys, result.keys);
    assert.ok(lines.some((line) => line.includes("of a run that was killed")));
  });

  it("in the midst of the first pass twice is finished by the third one", async () => {
    const cluster = await killedInFirstPass();
    writeOn(cluster);
    await killInCopy(cluster);
    cluster.source.put("/trident/v1/volume/1001", "newest");
    await runMigration(cluster, ignore);
    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
  });

  it("in the midst of the first pass is finished by one whose old Trident no longer runs", async () => {
    const cluster = await killedInFirstPass();
    writeOn(cluster);
    cluster.liveEtcd = false;
    const result = await runMigration(cluster, ignore);
    assert.equal(result.firstPassKeys, 0);
    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
  });

  it("leaves the equal keys of its first pass as they are", async () => {
    const cluster = await killedInFirstPass();
    const before = await destinationRevisions(cluster);
    cluster.source.put("/trident/v1/volume/1001", "new");
    await runMigration(cluster, ignore);
    const after = await destinationRevisions(cluster);
    const same = [...before].filter(([key, revision]) => after.get(key) === revision).map(([key]) => key);
    assert.equal(same.length, before.size - 1);
    assert.ok(!same.includes("/trident/v1/volume/1001"));
  });

  it("takes back what the killed one had copied when the next one fails", async () => {
    const cluster = await killedInFirstPass();
    cluster.failAt("openStoppedSource", new Error("the reason"));
    await assert.rejects(runMigration(cluster, ignore), MigrationError);
    assert.deepEqual(cluster.destination.entries(), {});
    assert.equal(cluster.recorded.firstPass, undefined);
  });

  it("knows the killed one's keys for its own even after one that failed before it came to look at them", async () => {
    const cluster = new FakeCluster(many);
    await killed(cluster, "stopLegacy", "after");
    cluster.failAt("openStoppedSource", new Error("the reason"));
    await assert.rejects(runMigration(cluster, ignore), MigrationError);
    cluster.healAt("openStoppedSource");
    writeOn(cluster);
    await runMigration(cluster, ignore);
    assert.deepEqual(cluster.destination.entries(), cluster.source.entries());
  });

  it("does not make keys its own that somebody changed after it, nor keys with a lease", async () => {
    const cluster = await killedInFirstPass();
    const [key = ""] = Object.keys(cluster.destination.entries());
    cluster.destination.put(key, "changed by somebody");
    const error = await failureOf(cluster);
    assert.ok(isBlockedBy(error.cause, "foreignKeys"));
    assert.match(error.message, new RegExp(`1 key .*${key}`, "s"));
    assert.equal(cluster.destination.entries()[key], "changed by somebody");
  });

  it("does not make another destination's keys its own", async () => {
    const cluster = await killedInFirstPass();
    Object.assign(cluster.destination, { clusterId: "another" });
    writeOn(cluster);
    const error = await failureOf(cluster);
    assert.ok(isBlockedBy(error.cause, "foreignKeys"));
  });
});

async function killed(cluster: FakeCluster, ...death: Parameters<FakeCluster["killedAt"]>): Promise<void> {
  const dead = cluster.killedAt(...death);
  const ended = runMigration(cluster, ignore).then(() => assert.fail("it ended"));
  await Promise.race([dead, ended]);
}

async function killedInFirstPass(): Promise<FakeCluster> {
  const cluster = new FakeCluster(many);
  await killInCopy(cluster);
  return cluster;
}

/** Once one of its transactions was applied, none other ever is. */
async function killInCopy(cluster: FakeCluster): Promise<void> {
  const { destination } = cluster;
  const createAll = destination.createAll.bind(destination);
  const { promise: dead, resolve } = Promise.withResolvers<undefined>();
  let writes = 0;
  destination.createAll = async (entries) => {
    writes += 1;
    if (writes > 1) return new Promise<never>(() => undefined);
    await createAll(entries);
    resolve(undefined);
    return new Promise<never>(() => undefined);
  };
  await Promise.race([dead, runMigration(cluster, ignore).then(() => assert.fail("it ended"))]);
  destination.createAll = createAll;
}

/** What the old Trident does while it serves. */
function writeOn({ source }: FakeCluster): void {
  source.put("/trident/v1/volume/1000", "new");
  source.put("/trident/v1/volume/1399", "new");
  source.put("/trident/v1/volume/2000", "added");
  source.remove("/trident/v1/volume/1002");
}

async function destinationRevisions({ destination, range }: FakeCluster): Promise<Map<string, bigint>> {
  const { entries } = await destination.range(range);
  return new Map(entries.map(({ key, modRevision }) => [key.toString(), modRevision]));
}
