import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runMigration } from "../../../migration/migrate/migrate-trident-state.ts";
import { MigrationError } from "../../../migration/migrate/migration-error.ts";
import { isBlockedBy } from "../../../migration/blockers/blocker.ts";
import { FakeEnvironment } from "./fake-environment.ts";

/** More than one transaction takes. */
const many = Object.fromEntries(
  Array.from({ length: 400 }, (_, index) => [`/trident/v1/volume/${1000 + index}`, "old"]),
);

const deaths = [
  { step: "checkLegacyImage", when: "after" },
  { step: "changeRecord", when: "after" },
  { step: "stopLegacy", when: "before" },
  { step: "stopLegacy", when: "after" },
  { step: "openStoppedSource", when: "after" },
  { step: "takeSnapshot", when: "after" },
  { step: "checkStillStopped", when: "before" },
  { step: "checkStillStopped", when: "after" },
  { step: "deleteLegacy", when: "before" },
  { step: "deleteLegacy", when: "after" },
] as const;

describe("a migration that is killed", () => {
  for (const { step, when } of deaths) {
    it(`${when} ${step} is finished by the next one, whatever the old Trident wrote meanwhile`, async () => {
      const environment = new FakeEnvironment(many);
      await killed(environment, step, when);
      if (environment.replicas() > 0) writeOn(environment);

      await runMigration(environment, ignore);

      assert.equal(environment.trident.kind, "absent");
      assert.deepEqual(environment.destination.entries(), environment.source.entries());
      assert.equal(environment.sourcePod, false);
      assert.equal(environment.recorded.phase, "copied");
    });
  }

  it("in the midst of the first pass is finished by the next one, which brings what was copied up to date", async () => {
    const environment = await killedInFirstPass();
    assert.ok(Object.keys(environment.destination.entries()).length > 0);
    writeOn(environment);

    const lines: string[] = [];
    const result = await runMigration(environment, (line) => lines.push(line));

    assert.deepEqual(environment.destination.entries(), environment.source.entries());
    assert.equal(result.firstPassKeys, result.keys);
    assert.ok(lines.some((line) => line.includes("of a run that was killed")));
  });

  it("in the midst of the first pass twice is finished by the third one", async () => {
    const environment = await killedInFirstPass();
    writeOn(environment);
    await killInCopy(environment);
    environment.source.put("/trident/v1/volume/1001", "newest");
    await runMigration(environment, ignore);
    assert.deepEqual(environment.destination.entries(), environment.source.entries());
  });

  it("in the midst of the first pass is finished by one whose old Trident no longer runs", async () => {
    const environment = await killedInFirstPass();
    writeOn(environment);
    environment.liveEtcd = false;
    const result = await runMigration(environment, ignore);
    assert.equal(result.firstPassKeys, 0);
    assert.deepEqual(environment.destination.entries(), environment.source.entries());
  });

  it("leaves the equal keys of its first pass as they are", async () => {
    const environment = await killedInFirstPass();
    const before = await destinationRevisions(environment);
    environment.source.put("/trident/v1/volume/1001", "new");
    await runMigration(environment, ignore);
    const after = await destinationRevisions(environment);
    const same = [...before].filter(([key, revision]) => after.get(key) === revision).map(([key]) => key);
    assert.equal(same.length, before.size - 1);
    assert.ok(!same.includes("/trident/v1/volume/1001"));
  });

  it("takes back what the killed one had copied when the next one fails", async () => {
    const environment = await killedInFirstPass();
    environment.failAt("openStoppedSource", new Error("the reason"));
    await assert.rejects(runMigration(environment, ignore), MigrationError);
    assert.deepEqual(environment.destination.entries(), {});
    assert.equal(environment.recorded.firstPass, undefined);
  });

  it("knows the killed one's keys for its own even after one that failed before it came to look at them", async () => {
    const environment = new FakeEnvironment(many);
    await killed(environment, "stopLegacy", "after");
    environment.failAt("openStoppedSource", new Error("the reason"));
    await assert.rejects(runMigration(environment, ignore), MigrationError);
    environment.healAt("openStoppedSource");
    writeOn(environment);
    await runMigration(environment, ignore);
    assert.deepEqual(environment.destination.entries(), environment.source.entries());
  });

  it("does not make keys its own that somebody changed after it, nor keys with a lease", async () => {
    const environment = await killedInFirstPass();
    const [key = ""] = Object.keys(environment.destination.entries());
    environment.destination.put(key, "changed by somebody");
    const error = await failure(environment);
    assert.ok(isBlockedBy(error.cause, "foreignKeys"));
    assert.match(error.message, new RegExp(`1 key .*${key}`, "s"));
    assert.equal(environment.destination.entries()[key], "changed by somebody");
  });

  it("does not make another destination's keys its own", async () => {
    const environment = await killedInFirstPass();
    Object.assign(environment.destination, { clusterId: "another" });
    writeOn(environment);
    const error = await failure(environment);
    assert.ok(isBlockedBy(error.cause, "foreignKeys"));
  });
});

async function failure(environment: FakeEnvironment): Promise<MigrationError> {
  try {
    await runMigration(environment, ignore);
  } catch (error) {
    assert.ok(error instanceof MigrationError, String(error));
    return error;
  }
  return assert.fail("the migration succeeded");
}

async function killed(environment: FakeEnvironment, ...death: Parameters<FakeEnvironment["killedAt"]>): Promise<void> {
  const dead = environment.killedAt(...death);
  const ended = runMigration(environment, ignore).then(() => assert.fail("it ended"));
  await Promise.race([dead, ended]);
}

async function killedInFirstPass(): Promise<FakeEnvironment> {
  const environment = new FakeEnvironment(many);
  await killInCopy(environment);
  return environment;
}

/** Once one of its transactions was applied, none other ever is. */
async function killInCopy(environment: FakeEnvironment): Promise<void> {
  const { destination } = environment;
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
  await Promise.race([dead, runMigration(environment, ignore).then(() => assert.fail("it ended"))]);
  destination.createAll = createAll;
}

/** What the old Trident does while it serves. */
function writeOn({ source }: FakeEnvironment): void {
  source.put("/trident/v1/volume/1000", "new");
  source.put("/trident/v1/volume/1399", "new");
  source.put("/trident/v1/volume/2000", "added");
  source.remove("/trident/v1/volume/1002");
}

async function destinationRevisions({ destination, range }: FakeEnvironment): Promise<Map<string, bigint>> {
  const { entries } = await destination.range(range);
  return new Map(entries.map(({ key, modRevision }) => [key.toString(), modRevision]));
}

function ignore(): void {
  // Progress is not what these tests look at.
}
