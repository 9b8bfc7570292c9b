import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeploymentFinding } from "../../../migration/legacy/legacy-trident.ts";
import type { MigrationPhase, MigrationRecord } from "../../../migration/legacy/migration-record.ts";
import { decideFlow, type FlowFinding } from "../../../migration/plan/flow.ts";
import type { Flow } from "../../../migration/plan/migration-plan.ts";
import { legacyTrident } from "../legacy/legacy-deployment.ts";

const absent: DeploymentFinding = { kind: "absent" };
const ours: DeploymentFinding = { kind: "ours" };
const foreign: DeploymentFinding = { kind: "foreign", why: 'it has no container "etcd"' };
const running: DeploymentFinding = { kind: "legacy", legacy: legacyTrident() };
const stopped: DeploymentFinding = { kind: "legacy", legacy: legacyTrident({ replicas: 0, stoppedByMigration: true }) };

describe("the flow", () => {
  const cases: [flow: Flow, migrate: boolean, found: DeploymentFinding, phase: MigrationPhase | undefined][] = [
    ["install", false, absent, undefined],
    ["migrate", true, running, undefined],
    ["migrate", true, running, "stopped"],
    ["resume", true, stopped, "stopped"],
    ["resume", true, stopped, "copied"],
    ["resume", true, absent, "copied"],
    ["resume", false, absent, "copied"],
    ["migrated", true, ours, "copied"],
    ["migrated", false, ours, "copied"],
    ["installed", false, ours, undefined],
  ];
  for (const [flow, migrate, found, phase] of cases) {
    it(`is ${flow} with ${described(found)}, migrate ${migrate} and the record ${phase ?? "empty"}, and says why`, () => {
      const decided = decide(migrate, found, phase);
      assert.equal(decided.flow, flow);
      assert.equal(decided.refusal, undefined);
      assert.match(decided.why, /Deployment|state was copied/);
    });
  }

  it("knows a copy that was finished from one that was not", () => {
    assert.equal(decide(true, stopped, "copied").isCopied, true);
    assert.equal(decide(true, absent, "copied").isCopied, true);
    assert.equal(decide(true, stopped, "stopped").isCopied, undefined);
  });

  it("is resume when an earlier run left its first pass behind", () => {
    const left = { ...record("stopped"), firstPass: "{}" };
    const request = { namespace: "trident", migrate: true, legacyDeployment: "trident", record: left.name };
    assert.equal(decideFlow(request, running, left).flow, "resume");
  });

  it("is refused when a migration is asked for and there is nothing to migrate, naming the setting", () => {
    for (const found of [absent, ours]) {
      assertRefused(decide(true, found), "NoLegacyTridentError", /namespace trident.*pulumi config set migrate false/);
    }
  });

  it("is refused when a legacy Trident is there and no migration is asked for, naming the setting", () => {
    for (const found of [running, stopped]) {
      const message = /Deployment trident in namespace trident.*pulumi config set migrate true/;
      assertRefused(decide(false, found), "LegacyTridentPresentError", message);
    }
  });

  it("is refused when something else has the Deployment's name, whatever is asked for", () => {
    for (const migrate of [true, false]) {
      const message = /Deployment trident in namespace trident.*no container "etcd".*pulumi config set namespace/;
      assertRefused(decide(migrate, foreign), "ForeignTridentError", message);
    }
  });

  it("is refused when the Deployment that a migration had stopped is gone, with the way to get it back", () => {
    const message = /ConfigMap trident-etcd-migration.*kubectl create/;
    assertRefused(decide(true, absent, "stopped"), "StoppedTridentDeletedError", message);
  });
});

function assertRefused({ refusal }: FlowFinding, name: string, message: RegExp): void {
  assert.equal(refusal?.name, name);
  assert.match(refusal.message, message);
  assert.equal(refusal.message, `${refusal.blocker.message} ${refusal.blocker.remedy}`);
}

function decide(migrate: boolean, found: DeploymentFinding, phase?: MigrationPhase): FlowFinding {
  const request = { namespace: "trident", migrate, legacyDeployment: "trident", record: "trident-etcd-migration" };
  return decideFlow(request, found, phase === undefined ? undefined : record(phase));
}

function record(phase: MigrationPhase): MigrationRecord {
  return { namespace: "trident", name: "trident-etcd-migration", uid: "u", phase };
}

function described(found: DeploymentFinding): string {
  if (found.kind !== "legacy") return `${found.kind === "absent" ? "no" : "our"} Trident`;
  return found.legacy.stoppedByMigration ? "a stopped legacy Trident" : "a running legacy Trident";
}
