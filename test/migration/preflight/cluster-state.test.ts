import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeploymentFinding } from "../../../migration/legacy/legacy-trident.ts";
import type { MigrationPhase, MigrationRecord } from "../../../migration/legacy/migration-record.ts";
import { decideState, type ClusterState } from "../../../migration/preflight/cluster-state.ts";
import { legacyTrident } from "../legacy/legacy-deployment.ts";

const absent: DeploymentFinding = { kind: "absent" };
const ours: DeploymentFinding = { kind: "ours" };
const foreign: DeploymentFinding = { kind: "foreign", why: 'it has no container "etcd"' };
const running: DeploymentFinding = { kind: "legacy", legacy: legacyTrident() };
const stopped: DeploymentFinding = { kind: "legacy", legacy: legacyTrident({ replicas: 0, stoppedByMigration: true }) };

describe("the state of the cluster", () => {
  const cases: [state: ClusterState, migrate: boolean, found: DeploymentFinding, phase: MigrationPhase | undefined][] =
    [
      ["fresh", false, absent, undefined],
      ["legacy", true, running, undefined],
      ["legacy", true, running, "stopped"],
      ["interrupted", true, stopped, "stopped"],
      ["interrupted", true, stopped, "copied"],
      ["interrupted", true, absent, "copied"],
      ["interrupted", false, absent, "copied"],
      ["migrated", true, ours, "copied"],
      ["migrated", false, ours, "copied"],
      ["installed", false, ours, undefined],
    ];
  for (const [state, migrate, found, phase] of cases) {
    it(`is ${state} with ${described(found)}, migrate ${migrate} and the record ${phase ?? "empty"}`, () => {
      assert.equal(decide(migrate, found, phase), state);
    });
  }

  it("is refused when a migration is asked for and there is nothing to migrate, naming the setting", () => {
    for (const found of [absent, ours]) {
      assert.throws(() => decide(true, found), {
        name: "NoLegacyTridentError",
        message: /namespace trident.*pulumi config set migrate false/,
      });
    }
  });

  it("is refused when a legacy Trident is there and no migration is asked for, naming the setting", () => {
    for (const found of [running, stopped]) {
      assert.throws(() => decide(false, found), {
        name: "LegacyTridentPresentError",
        message: /Deployment trident in namespace trident.*pulumi config set migrate true/,
      });
    }
  });

  it("is refused when something else has the Deployment's name, whatever is asked for", () => {
    for (const migrate of [true, false]) {
      assert.throws(() => decide(migrate, foreign), {
        name: "ForeignTridentError",
        message: /Deployment trident in namespace trident.*no container "etcd".*pulumi config set namespace/,
      });
    }
  });

  it("is refused when the Deployment that a migration had stopped is gone, with the way to get it back", () => {
    assert.throws(() => decide(true, absent, "stopped"), {
      name: "StoppedTridentDeletedError",
      message: /ConfigMap trident-etcd-migration.*kubectl create/,
    });
  });
});

function decide(migrate: boolean, found: DeploymentFinding, phase?: MigrationPhase): ClusterState {
  const request = { namespace: "trident", migrate, legacyDeployment: "trident", record: "trident-etcd-migration" };
  return decideState(request, found, phase === undefined ? undefined : record(phase)).state;
}

function record(phase: MigrationPhase): MigrationRecord {
  return { namespace: "trident", name: "trident-etcd-migration", uid: "u", phase };
}

function described(found: DeploymentFinding): string {
  if (found.kind !== "legacy") return `${found.kind === "absent" ? "no" : "our"} Trident`;
  return found.legacy.stoppedByMigration ? "a stopped legacy Trident" : "a running legacy Trident";
}
