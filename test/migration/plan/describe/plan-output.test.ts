import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planOutput } from "../../../../migration/plan/describe/plan-output.ts";
import { FakePlanEnvironment, smallState } from "../scene/fake-plan-environment.ts";
import { deploymentPath, ours } from "../scene/places.ts";
import { planOf, planRequest } from "../scene/plan-scene.ts";
import { migratedStack } from "../scene/stacks.ts";
import { planFrom } from "../../../../migration/plan/make-plan.ts";

const installed = (environment: FakePlanEnvironment, keys: Readonly<Record<string, string>> = smallState) =>
  environment.withEtcdCluster(keys).objects.set(deploymentPath, { metadata: ours });

/** The same cluster before a migration and after it: the old Trident's claim and permissions stay. */
function migrated(environment: FakePlanEnvironment, keys?: Readonly<Record<string, string>>): void {
  installed(migratedStack(environment), keys);
}

const manyKeys = { ...smallState, "/trident/v1/volume/c": "{}", "/trident/v1/volume/d": "{}" };

describe("what the stack's output has of the plan", () => {
  for (const [what, before, after, later, change] of [
    [
      "an installation",
      () => undefined,
      installed,
      (environment: FakePlanEnvironment) => installed(environment, manyKeys),
      { migrate: false },
    ],
    [
      "a migration",
      (environment: FakePlanEnvironment) => environment.withLegacy(),
      migrated,
      (environment: FakePlanEnvironment) => {
        migrated(environment, manyKeys);
      },
      {},
    ],
  ] as const) {
    it(`is the same before ${what}, after it, and once Trident has written more`, async () => {
      const plans = await Promise.all([before, after, later].map((arrange) => planOf(arrange, change)));
      const [first, ...others] = plans.map(planOutput);
      for (const each of others) assert.deepEqual(each, first);
    });

    it(`and so is what a destroy is to look for, of ${what}`, async () => {
      const plans = await Promise.all([before, after, later].map((arrange) => planOf(arrange, change)));
      const [first, ...others] = plans.map(({ destroyKeeps }) => destroyKeeps);
      for (const each of others) assert.deepEqual(each, first);
    });
  }

  it("is no count, revision, step, risk or blocker", async () => {
    const plan = await planFrom(new FakePlanEnvironment().withLegacy(), planRequest());
    assert.deepEqual(planOutput(plan), {
      flow: "migrated",
      namespace: "trident",
      cluster: '"production" (https://k8s.example)',
      etcd: { kind: "managed", name: "trident-etcd" },
      definition: "own",
    });
  });
});
