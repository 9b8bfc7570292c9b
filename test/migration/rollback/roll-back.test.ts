import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../migration/wording/in-settings.ts";
import { RollbackError } from "../../../migration/rollback/rollback.ts";
import { rollBack } from "../../../migration/rollback/roll-back.ts";
import { MemoryStore } from "../copy/memory-store.ts";
import { changedSinceMigration, ignore, migratedCluster } from "./rollback-scene.ts";
import type { Step } from "../trident/port/failing-steps.ts";
import type { FakeCluster } from "../trident/port/fake-cluster.ts";

describe("a rollback", () => {
  it("carries back what was created, changed and deleted, and puts the old Trident back", async () => {
    const scene = changedSinceMigration();
    const state = scene.destination.entries();
    const lines: string[] = [];

    const ended = await rollBack(scene, (line) => lines.push(line));

    assert.deepEqual(scene.source.entries(), state);
    assert.equal(scene.trident.kind, "legacy");
    assert.deepEqual([ended?.keys, ended?.created, ended?.replaced, ended?.deleted], [3, 1, 1, 1]);
    assert.match(ended?.sha256 ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(scene.expected, { backends: 0, volumes: 2, storageClasses: 0 });
    assert.equal(scene.sourcePod, false);
    assert.equal(scene.leases, 0);
    assert.ok(lines.some((line) => line.includes("1 created, 1 replaced, 1 deleted")));
  });

  it("carries all of the state back from the etcd that verified moves have brought it to, whatever its revisions say", async () => {
    const scene = changedSinceMigration();
    const moved = new MemoryStore("the etcd that was moved to", "3", scene.destination.entries());
    Object.assign(scene, { destination: moved });
    await scene.changeRecord({ etcdClusterId: "3", migratedStateIn: "3" });
    const state = moved.entries();
    const ended = await rollBack(scene, ignore);
    assert.deepEqual(scene.source.entries(), state);
    assert.deepEqual([ended?.keys, ended?.created, ended?.deleted], [3, 1, 1]);
    assert.equal(scene.recorded.migratedStateIn, undefined);
  });

  it("is refused from an etcd that the state did not come to by moves", async () => {
    const scene = changedSinceMigration();
    Object.assign(scene, { destination: new MemoryStore("another etcd", "3", { "/trident/store": "{}" }) });
    const before = scene.source.entries();
    await scene.changeRecord({ etcdClusterId: "3", movedFromEtcd: "2" });
    await assert.rejects(rollBack(scene, ignore), RollbackError);
    assert.deepEqual(scene.source.entries(), before);
  });

  it("leaves the new etcd empty, and a record of nothing but what it did", async () => {
    const scene = changedSinceMigration();
    scene.snapshotPath = "/snapshots/new.db";
    const ended = await rollBack(scene, ignore);
    assert.deepEqual(scene.destination.entries(), {});
    const { rolledBack, ...rest } = scene.recorded;
    assert.deepEqual(rest, { namespace: "trident", name: "trident-etcd-migration", uid: "uid-record" });
    assert.deepEqual(JSON.parse(rolledBack ?? ""), ended);
    assert.equal(ended?.snapshot, "/snapshots/new.db");
  });

  it("does nothing, with not even a Lease taken, where none is asked for", async () => {
    for (const change of [{ rollback: null }, { phase: null }]) {
      const scene = migratedCluster();
      await scene.changeRecord(change);
      scene.steps.length = 0;
      assert.equal(await rollBack(scene, ignore), undefined);
      assert.deepEqual(scene.steps, ["findRecord"]);
    }
  });

  it("waits for nothing when the old Trident was at 0 replicas before the migration", async () => {
    const scene = changedSinceMigration();
    scene.recorded = { ...scene.recorded, legacyReplicas: 0 };
    await rollBack(scene, ignore);
    assert.ok(!scene.steps.includes("waitUntilLegacyServes"));
    assert.equal(scene.trident.kind, "legacy");
  });

  it("records that it is about to write before it does", async () => {
    const scene = changedSinceMigration();
    let phase: unknown;
    const create = scene.source.createAll.bind(scene.source);
    scene.source.createAll = (entries) => {
      phase ??= scene.recorded.rollbackPhase;
      return create(entries);
    };
    await rollBack(scene, ignore);
    assert.equal(phase, "writing");
  });

  it("leaves no word in the record that the new etcd has keys, which it has taken away", async () => {
    const scene = changedSinceMigration();
    scene.recorded = { ...scene.recorded, etcdClusterId: "2", etcdHeldKeys: "true" };
    await rollBack(scene, ignore);
    assert.equal(scene.recorded.etcdClusterId, "2");
    assert.ok((scene.recorded.etcdHeldKeys ?? null) === null);
  });

  it("closes both etcds, whether it succeeds or fails", async () => {
    const succeeding = changedSinceMigration();
    await rollBack(succeeding, ignore);
    const failing = changedSinceMigration();
    failing.failAt("saveDestinationSnapshot", new Error("no room"));
    await failure(failing);
    for (const { source, destination } of [succeeding, failing]) assert.ok(source.closed && destination.closed);
  });

  it("takes the mark off the claim once the old Trident serves, and leaves it when that does not come to serve", async () => {
    const scene = changedSinceMigration();
    scene.before("waitUntilLegacyServes", () => {
      assert.notEqual(scene.staleSince, undefined);
    });
    await rollBack(scene, ignore);
    assert.equal(scene.staleSince, undefined);

    const failing = changedSinceMigration();
    failing.failAt("waitUntilLegacyServes", new Error("it ends"));
    await failure(failing);
    assert.notEqual(failing.staleSince, undefined);
  });

  it("that may not take the mark off ends well, and says how to do it by hand", async () => {
    const scene = changedSinceMigration();
    scene.failAt("unmarkClaim", new Error("persistentvolumeclaims is forbidden"));
    const lines: string[] = [];
    await rollBack(scene, (line) => lines.push(line));
    assert.ok(scene.recorded.rolledBack !== undefined);
    assert.ok(
      lines.some((line) => /forbidden.*annotate persistentvolumeclaim trident trident-etcd\/state-/.test(line)),
    );
  });

  it("ends well when the new etcd can't be emptied, and says so", async () => {
    const scene = changedSinceMigration();
    scene.destination.deleteUnchanged = () => Promise.reject(new Error("no space"));
    const lines: string[] = [];
    await rollBack(scene, (line) => lines.push(line));
    assert.ok(lines.some((line) => /could not all be deleted from the new etcd.*no space/.test(line)));
    assert.ok(scene.recorded.rolledBack !== undefined);
  });
});

describe("a rollback that is refused", () => {
  const refusals: [what: string, arrange: (scene: FakeCluster) => void, name: string, message: RegExp][] = [
    [
      "because something has written to the embedded etcd since",
      ({ source }) => {
        source.put("/trident/v1/volume/meanwhile", "M");
      },
      "LegacyEtcdWrittenError",
      /revision 5.*left it at 4/,
    ],
    [
      "because the embedded etcd is another one",
      (scene) => {
        setResult(scene, { sourceClusterId: "7" });
      },
      "OtherEtcdError",
      /the embedded etcd is etcd cluster 1.*record has 7/,
    ],
    [
      "because the new etcd is another one",
      (scene) => {
        setResult(scene, { destinationClusterId: "7" });
      },
      "OtherEtcdError",
      /the etcd cluster trident-etcd is etcd cluster 2.*record has 7/,
    ],
    [
      "because the new etcd has nothing",
      ({ destination }) => {
        for (const key of Object.keys(destination.entries())) destination.remove(key);
      },
      "EmptyNewEtcdError",
      /delete all of the old Trident's state/,
    ],
  ];
  for (const [what, arrange, name, message] of refusals) {
    it(`${what} writes nothing and has the new Trident serve again`, async () => {
      const scene = changedSinceMigration();
      arrange(scene);
      const [source, destination] = [scene.source.entries(), scene.destination.entries()];

      const error = await failure(scene);

      assert.equal((error.cause as Error).name, name);
      assert.match(inSettings(error.message), message);
      assert.equal(error.outcome, "newServes");
      assert.deepEqual(scene.source.entries(), source);
      assert.deepEqual(scene.destination.entries(), destination);
      assert.equal(scene.recorded.rollbackPhase, undefined);
      assertNewServes(scene);
    });
  }

  for (const found of [
    { kind: "ours" },
    { kind: "foreign", why: "no etcd" },
    { kind: "legacy", legacy: { name: "trident", replicas: 1 } },
  ]) {
    it(`because Deployment trident stands and is ${found.kind} starts nothing beside it`, async () => {
      const scene = changedSinceMigration();
      scene.trident = found as FakeCluster["trident"];
      const error = await failure(scene);
      assert.equal((error.cause as Error).name, "NameTakenError");
      assert.equal(error.outcome, "untouched");
      assert.ok(!scene.steps.includes("startNewTridentAgain"));
    });
  }

  it("because another run holds the Lease starts nothing beside that", async () => {
    const scene = changedSinceMigration();
    scene.failAt("acquireLease", new Error("another migration is running"));
    const error = await failure(scene);
    assert.equal(error.outcome, "untouched");
    assert.ok(!scene.steps.includes("startNewTridentAgain"));
  });
});

describe("a rollback that fails", () => {
  const steps: Step[] = [
    "stopNewTrident",
    "checkClaim",
    "prepareSnapshot",
    "openDestination",
    "openStoppedSource",
    "saveDestinationSnapshot",
    "recreateLegacy",
    "waitUntilLegacyServes",
  ];
  for (const step of steps) {
    it(`at ${step} has the new Trident serve again, and is finished by the next one with what that wrote`, async () => {
      const scene = changedSinceMigration();
      scene.failAt(step, new Error("no"));
      const error = await failure(scene);
      assert.match(
        inSettings(error.message),
        /new Trident serves again.*pulumi up.*pulumi config rm rollback && pulumi up/,
      );
      assertNewServes(scene);

      scene.destination.put("/trident/v1/volume/a", "written by the new Trident meanwhile");
      const state = scene.destination.entries();
      scene.healAt(step);
      await rollBack(scene, ignore);
      assert.deepEqual(scene.source.entries(), state);
      assertOldServes(scene);
    });
  }

  it("because the old Trident does not serve overwrites, the next time, what that had written at its start", async () => {
    const scene = changedSinceMigration();
    scene.failAt("waitUntilLegacyServes", new Error("part of it is missing"));
    scene.before("waitUntilLegacyServes", () => {
      scene.source.put("/trident/store", "written at its start");
    });
    await failure(scene);
    assertNewServes(scene);
    scene.before("waitUntilLegacyServes", () => undefined);
    scene.healAt("waitUntilLegacyServes");
    scene.destination.put("/trident/v1/volume/z", "Z");
    const state = scene.destination.entries();
    await rollBack(scene, ignore);
    assert.deepEqual(scene.source.entries(), state);
  });

  it("says so when no Trident could be started again, and where the state is", async () => {
    const scene = changedSinceMigration();
    scene.failAt("saveDestinationSnapshot", new Error("no room"));
    scene.failAt("startNewTridentAgain", new Error("no image"));
    const error = await failure(scene);
    assert.equal(error.outcome, "noneServes");
    assert.match(error.message, /no room.*could NOT be started again \(no image\).*state is in the new etcd/);
  });

  it("starts no second Trident when the old one can't be taken away again", async () => {
    const scene = changedSinceMigration();
    scene.failAt("waitUntilLegacyServes", new Error("slow"));
    scene.failAt("removeRecreatedLegacy", new Error("forbidden"));
    const error = await failure(scene);
    assert.equal(error.outcome, "noneServes");
    assert.ok(!scene.steps.includes("startNewTridentAgain"));
  });

  it("starts no second Trident when the answer to the old one's creation was lost", async () => {
    const scene = changedSinceMigration();
    const create = scene.recreateLegacy.bind(scene);
    scene.recreateLegacy = async () => {
      await create();
      throw new Error("connection reset");
    };
    const error = await failure(scene);
    assert.equal(error.outcome, "noneServes");
    assert.ok(scene.replicas() > 0 && !scene.newRuns());
    await rollBack(scene, ignore);
    assertOldServes(scene);
  });

  it("because it lost the Lease starts nothing: whoever has it may", async () => {
    const scene = changedSinceMigration();
    scene.before("saveDestinationSnapshot", () => {
      scene.loseLease();
    });
    const error = await failure(scene);
    assert.match(error.message, /lost Lease.*no Trident is started/);
    assert.ok(!scene.newRuns() && !scene.steps.includes("startNewTridentAgain"));
  });

  it("in its last write of the record leaves the old Trident serving, and is ended by the next one", async () => {
    const scene = changedSinceMigration();
    scene.before("waitUntilLegacyServes", () => {
      scene.failAt("changeRecord", new Error("no"));
    });
    const error = await failure(scene);
    assert.equal(error.outcome, "legacyStands");
    assertOldServes(scene);
    scene.healAt("changeRecord");
    scene.before("waitUntilLegacyServes", () => undefined);
    await rollBack(scene, ignore);
    assertOldServes(scene);
  });
});

function setResult(scene: FakeCluster, change: Record<string, string>): void {
  const result = { ...(JSON.parse(scene.recorded.result ?? "") as object), ...change };
  scene.recorded = { ...scene.recorded, result: JSON.stringify(result) };
}

function assertNewServes(scene: FakeCluster): void {
  assert.ok(scene.newRuns() && scene.replicas() === 0);
  assert.equal(scene.trident.kind, "absent");
  assert.equal(scene.sourcePod, false);
  assert.equal(scene.leases, 0);
  assert.equal(scene.recorded.phase, "copied");
}

function assertOldServes(scene: FakeCluster): void {
  assert.ok(scene.replicas() > 0 && !scene.newRuns());
  assert.equal(scene.sourcePod, false);
  assert.equal(scene.leases, 0);
}

async function failure(scene: FakeCluster): Promise<RollbackError> {
  const error = await rollBack(scene, ignore).then(
    () => undefined,
    (raised: unknown) => raised,
  );
  assert.ok(error instanceof RollbackError, String(error));
  assert.equal(scene.leases, 0);
  return error;
}
