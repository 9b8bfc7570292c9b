import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { smallState } from "../scene/fake-plan-environment.ts";
import { deploymentPath, emptyRecord, newTridentPath, ours } from "../scene/places.ts";
import { planOf } from "../scene/plan-scene.ts";
import { copiedRecord, newTrident, restoredBeside, startedBeside, written } from "../scene/stacks.ts";

describe("the plan, with an old Trident that somebody has started while a new one has its state", () => {
  it("is blocked, with both ways, and promises no step", async () => {
    const plan = await planOf(startedBeside);
    assert.deepEqual(kinds(plan.blockers), ["bothTridents"]);
    assert.deepEqual(plan.steps, []);
    assert.match(plan.blockers[0]?.message ?? "", /new one has written 1 key and the old one has written 0 keys/);
  });

  it("is blocked as well when what was recorded is gone, and the Deployment alone tells", async () => {
    const plan = await planOf((environment) => {
      startedBeside(environment);
      environment.record = { ...emptyRecord, phase: "stopped" };
    });
    assert.deepEqual(kinds(plan.blockers), ["bothTridents"]);
  });

  it("is blocked when the new etcd can't be asked", async () => {
    const plan = await planOf((environment) => {
      startedBeside(environment);
      environment.destination = undefined;
    });
    assert.match(plan.blockers.map(({ message }) => message).join(), /new one has written can't be told/);
  });

  it("goes ahead when the new one wrote nothing, or the user gives up exactly what it wrote", async () => {
    const nothing = await planOf((environment) => {
      startedBeside(environment);
      environment.withEtcdCluster(smallState);
    });
    assert.ok(!kinds(nothing.blockers).includes("bothTridents"));
    assert.ok(!kinds((await planOf(startedBeside, { discardedKeys: 1 })).blockers).includes("bothTridents"));
    assert.ok(kinds((await planOf(startedBeside, { discardedKeys: 2 })).blockers).includes("bothTridents"));
  });
});

describe("the plan, with an old Trident that somebody put back after the migration had ended", () => {
  it("does not say that it migrates, and is blocked", async () => {
    const plan = await planOf(restoredBeside);
    assert.equal(plan.flow, "migrated");
    assert.deepEqual(plan.steps, []);
    assert.deepEqual(kinds(plan.blockers), ["legacyRestored"]);
  });

  it("is the plan of a rollback with that setting, once what the new one wrote is given up", async () => {
    assert.deepEqual(kinds((await planOf(restoredBeside, { rollback: true })).blockers), ["legacyRestored"]);
    const plan = await planOf(restoredBeside, { rollback: true, discardedKeys: 1 });
    assert.equal(plan.flow, "rollback");
    assert.deepEqual(plan.blockers, []);
  });
});

describe("the plan, when migrate is no longer true", () => {
  it("is blocked while a new Trident stands that the stack's own would be a second one to", async () => {
    for (const place of [undefined, { metadata: ours }]) {
      const plan = await planOf(
        (environment) => {
          environment.withEtcdCluster(written).objects.set(newTridentPath, newTrident);
          if (place !== undefined) environment.objects.set(deploymentPath, place);
          environment.record = copiedRecord;
        },
        { migrate: false },
      );
      assert.deepEqual(kinds(plan.blockers), ["newTridentStands"]);
      assert.deepEqual(plan.steps, []);
    }
  });

  it("is blocked while a rollback is asked for, which the migration's removal would finish", async () => {
    const plan = await planOf(
      (environment) => {
        environment.withEtcdCluster(written).objects.set(deploymentPath, { metadata: ours });
        environment.record = { ...copiedRecord, rollback: "requested" };
      },
      { migrate: false },
    );
    assert.deepEqual(kinds(plan.blockers), ["rollbackUnfinished"]);
  });

  it("keeps a finished migration as it is", async () => {
    const plan = await planOf(
      (environment) => {
        environment.withEtcdCluster(written).objects.set(deploymentPath, { metadata: ours });
        environment.record = copiedRecord;
      },
      { migrate: false },
    );
    assert.equal(plan.flow, "migrated");
    assert.deepEqual(plan.blockers, []);
  });
});

function kinds(blockers: readonly { readonly kind: string }[]): string[] {
  return blockers.map(({ kind }) => kind);
}
