import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Deployment } from "@kubernetes/client-node";
import { checkAnotherEtcd } from "../../../../../migration/plan/rules/etcd/another-etcd.ts";
import type { RecordedEtcd } from "../../../../../migration/record/recorded-etcd.ts";
import type { Flow } from "../../../../../migration/plan/migration-plan.ts";
import { planRequest } from "../../scene/plan-scene.ts";
import { told } from "../told.ts";

const own = planRequest();
const endpoints = ["https://a:2379", "https://b:2379"];
const existing = planRequest({
  destination: { kind: "existing" as const, namespace: "trident", endpoints, clientSecret: "etcd-client-tls" },
});
const ownUrl = "https://trident-etcd-client:2379";

describe("a Trident that has an etcd", () => {
  for (const [what, request, runsOn] of [
    ["stays on the stack's own", own, ownUrl],
    ["stays on an existing one", existing, "https://a:2379"],
    ["is told another endpoint of the same list", existing, "https://b:2379"],
    ["is told none", existing, undefined],
  ] as const) {
    it(`may go on when it ${what}`, () => {
      assert.deepEqual(check({ request, runsOn }), { blockers: [], risks: [] });
    });
  }

  for (const [what, request, runsOn] of [
    ["from the stack's own to an existing one", existing, ownUrl],
    ["from an existing one to the stack's own, which is still to be made", own, "https://a:2379"],
    ["from one existing one to another", existing, "https://c:2379"],
  ] as const) {
    it(`is not pointed ${what} without its state`, () => {
      for (const keys of [0, undefined]) {
        const [blocker] = check({ request, runsOn, keys }).blockers;
        assert.equal(blocker?.kind, "anotherEtcd");
        assert.match(blocker.message, new RegExp(`etcd at ${runsOn}.*forget all of its volumes`));
      }
    });
  }

  it("is not pointed at one that has keys while nothing says whose they are", () => {
    const [blocker] = check({ request: existing, runsOn: ownUrl, keys: 7 }).blockers;
    assert.equal(blocker?.kind, "anotherEtcd");
    assert.match(blocker.message, /where 7 keys are: nothing says that it is this Trident's latest state/);
    assert.match(blocker.remedy, /movedFromEtcd/);
  });

  it("may be told another name of the etcd that its state is recorded in", () => {
    const recorded = { clusterId: "9", heldKeys: true };
    const found = check({ request: existing, runsOn: "https://old-name:2379", keys: 7, recorded, clusterId: "9" });
    assert.deepEqual(found, { blockers: [], risks: [] });
  });

  it("is not pointed at one that can't be asked, but for when the recorded one is given up", () => {
    const recorded = { clusterId: "9", heldKeys: true };
    assert.equal(check({ request: own, runsOn: "https://a:2379", recorded }).blockers[0]?.kind, "anotherEtcd");
    const given = { ...own, abandonedEtcd: "9" };
    assert.deepEqual(check({ request: given, runsOn: "https://a:2379", recorded }).blockers, []);
  });

  it("is none of the matter while there is none, or a rollback goes on", () => {
    for (const flow of ["install", "migrate", "resume", "rollback", "rolledBack"] as const) {
      assert.deepEqual(check({ request: existing, runsOn: ownUrl, flow }), { blockers: [], risks: [] });
    }
  });

  interface Case {
    readonly request: typeof own;
    readonly runsOn: string | undefined;
    readonly keys?: number | undefined;
    readonly recorded?: RecordedEtcd;
    readonly clusterId?: string;
    readonly flow?: Flow;
  }

  function check({ request, runsOn, keys, recorded, clusterId, flow = "installed" }: Case) {
    const newTrident = runsOn === undefined ? {} : tridentOn(runsOn);
    return told(checkAnotherEtcd(request, { flow, newTrident, recorded, clusterId, keys }), "state");
  }
});

function tridentOn(url: string): V1Deployment {
  const container = { name: "trident-main", args: ["-etcd_v3", url, "-k8s_pod"] };
  return { spec: { selector: {}, template: { spec: { containers: [container] } } } };
}
