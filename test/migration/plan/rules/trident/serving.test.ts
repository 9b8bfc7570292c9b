import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planFrom } from "../../../../../migration/plan/make-plan.ts";
import { FakePlanEnvironment, smallState, threeMembers } from "../../scene/fake-plan-environment.ts";
import { deploymentPath, emptyRecord } from "../../scene/places.ts";
import { planRequest } from "../../scene/plan-scene.ts";
import { recordedStack } from "../../scene/stacks.ts";

const request = planRequest({ migrate: false });

describe("a plan of a stack that stands", () => {
  it("has nothing to look at again when all of it serves and is recorded", async () => {
    assert.equal((await planFrom(standing(), request)).serves, true);
  });

  for (const [what, arrange] of [
    ["a member is missing", (environment) => (environment.members = threeMembers().slice(0, 2))],
    [
      "there are more members than are wanted",
      (environment) => {
        addMember(environment);
      },
    ],
    ["the members could not be listed", (environment) => (environment.members = undefined)],
    ["Trident does not serve", (environment) => (environment.tridentTrouble = "it is at 0 replicas")],
    ["Trident's Deployment was deleted", (environment) => environment.objects.delete(deploymentPath)],
    ["the record was deleted", (environment) => (environment.record = undefined)],
    ["the record was emptied", (environment) => (environment.record = emptyRecord)],
    [
      "keys came that are not recorded yet",
      (environment) => (environment.record = { ...emptyRecord, etcdClusterId: "2" }),
    ],
  ] as readonly (readonly [string, (environment: FakePlanEnvironment) => unknown])[]) {
    it(`looks again when ${what}`, async () => {
      const environment = standing();
      arrange(environment);
      assert.equal((await planFrom(environment, request)).serves, false);
    });
  }

  it("says that Trident does not serve, and why", async () => {
    const environment = standing();
    environment.tridentTrouble = "it is at 0 replicas.";
    const { risks, blockers } = await planFrom(environment, request);
    assert.deepEqual(blockers, []);
    assert.match(
      risks.join("\n"),
      /^Trident does not serve now: it is at 0 replicas\. `pulumi up` .*fails if it does not/m,
    );
  });
});

function standing(): FakePlanEnvironment {
  const environment = new FakePlanEnvironment().withDns();
  recordedStack(environment, smallState);
  return environment;
}

function addMember(environment: FakePlanEnvironment): void {
  const [first] = threeMembers();
  if (first !== undefined) environment.members = [...threeMembers(), { ...first, pod: "trident-etcd-d" }];
}
