import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestRollback, withdrawRequest } from "../../../migration/rollback/request-rollback.ts";
import { rollBack } from "../../../migration/rollback/roll-back.ts";
import { ignore, migratedCluster } from "./rollback-scene.ts";
import type { Step } from "../trident/port/failing-steps.ts";
import type { FakeCluster } from "../trident/port/fake-cluster.ts";

/** More than one transaction takes. */
const many = Object.fromEntries(
  Array.from({ length: 400 }, (_, index) => [`/trident/v1/volume/${1000 + index}`, "old"]),
);

const deaths: [step: Step, when: "before" | "after"][] = [
  ["stopNewTrident", "after"],
  ["openStoppedSource", "after"],
  ["saveDestinationSnapshot", "after"],
  ["changeRecord", "after"],
  ["recreateLegacy", "before"],
  ["recreateLegacy", "after"],
  ["waitUntilLegacyServes", "after"],
  ["unmarkClaim", "before"],
  ["unmarkClaim", "after"],
];

describe("a rollback that is killed", () => {
  for (const [step, when] of deaths) {
    it(`${when} ${step} is finished by the next one`, async () => {
      const scene = changed();
      const state = scene.destination.entries();
      await killed(scene, step, when);
      await rollBack(scene, ignore);
      assert.deepEqual(scene.source.entries(), state);
      assertRolledBack(scene);
    });
  }

  it("in the midst of its writes is finished by the next one", async () => {
    const scene = await killedInWrites();
    const state = scene.destination.entries();
    assert.notDeepEqual(scene.source.entries(), state);
    await rollBack(scene, ignore);
    assert.deepEqual(scene.source.entries(), state);
    assertRolledBack(scene);
  });

  it("in the midst of its writes can be taken back, and a later one overwrites what it had written", async () => {
    const scene = await killedInWrites();
    await withdrawRequest(scene);
    assert.equal(scene.recorded.rollback, undefined);
    assert.equal(scene.recorded.rollbackPhase, "writing");
    assert.equal(scene.sourcePod, false);
    assert.ok(scene.steps.includes("handOverNewTrident"));

    scene.trident = { kind: "ours" };
    scene.handedOver = true;
    scene.destination.put("/trident/v1/volume/1001", "newest");
    await requestRollback(scene, ignore);
    assert.equal(scene.recorded.newTrident, '{"as":"it runs"}');
    scene.trident = { kind: "absent" };
    const state = scene.destination.entries();
    await rollBack(scene, ignore);
    assert.deepEqual(scene.source.entries(), state);
    assertRolledBack(scene);
  });

  it("once all was carried back is not carried again, unless the new etcd was written to since", async () => {
    for (const writtenSince of [false, true]) {
      const scene = changed();
      await killed(scene, "recreateLegacy", "before");
      if (writtenSince) scene.destination.put("/trident/v1/volume/late", "L");
      const state = scene.destination.entries();
      scene.steps.length = 0;
      await rollBack(scene, ignore);
      assert.equal(scene.steps.includes("openStoppedSource"), writtenSince);
      assert.deepEqual(scene.source.entries(), state);
    }
  });

  it("after the old Trident was put back leaves what that has written since, and what it no longer lists", async () => {
    const scene = changed();
    await killed(scene, "waitUntilLegacyServes", "before");
    scene.source.put("/trident/v1/volume/written-by-the-old-one", "O");
    scene.source.remove("/trident/v1/volume/1002");
    const state = scene.source.entries();
    await rollBack(scene, ignore);
    assert.deepEqual(scene.source.entries(), state);
    assert.deepEqual(scene.expected, { backends: 0, volumes: 0, storageClasses: 0 });
    assertRolledBack(scene);
  });

  it("after the old Trident was put back does not take that away when it does not serve", async () => {
    const scene = changed();
    await killed(scene, "waitUntilLegacyServes", "before");
    scene.failAt("waitUntilLegacyServes", new Error("it ends"));
    await assert.rejects(rollBack(scene, ignore), { name: "RollbackError", outcome: "legacyStands" });
    assert.ok(scene.replicas() > 0 && !scene.newRuns());
  });
});

async function killed(scene: FakeCluster, step: Step, when: "before" | "after"): Promise<void> {
  const dead = scene.killedAt(step, when);
  void rollBack(scene, ignore);
  await dead;
}

/** The first transaction is applied, and nothing comes after it. */
async function killedInWrites(): Promise<FakeCluster> {
  const scene = changed();
  const remove = scene.source.deleteUnchanged.bind(scene.source);
  await new Promise<void>((resolve) => {
    scene.source.deleteUnchanged = async (keys) => {
      scene.source.deleteUnchanged = remove;
      await remove(keys);
      resolve();
      return new Promise(() => undefined);
    };
    void rollBack(scene, ignore);
  });
  return scene;
}

function changed(): FakeCluster {
  const scene = migratedCluster(many);
  for (let index = 0; index < 200; index += 1) scene.destination.put(`/trident/v1/volume/${1000 + index}`, "new");
  scene.destination.remove("/trident/v1/volume/1399");
  return scene;
}

function assertRolledBack(scene: FakeCluster): void {
  assert.ok(scene.replicas() > 0 && !scene.newRuns());
  assert.equal(scene.sourcePod, false);
  assert.equal(scene.staleSince, undefined);
  assert.deepEqual(Object.keys(scene.recorded).sort(), ["name", "namespace", "rolledBack", "uid"]);
}
