import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../../migration/wording/in-settings.ts";
import { BlockedError, type BlockerKind } from "../../../../migration/blockers/blocker.ts";
import type { DeploymentFinding } from "../../../../migration/trident/legacy/legacy-trident.ts";
import type { MigrationPhase, MigrationRecord } from "../../../../migration/record/migration-record.ts";
import { decideFlow } from "../../../../migration/plan/flow/flow.ts";
import type { FlowFinding, FlowRequest } from "../../../../migration/plan/flow/flow-finding.ts";
import type { Flow } from "../../../../migration/plan/migration-plan.ts";
import { uninstalledTrident } from "../../../../migration/trident/legacy/uninstalled-trident.ts";
import { legacyTrident } from "../../trident/legacy/legacy-deployment.ts";

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

  it("is migrated by what the Deployment says of itself when its record was deleted by hand, or emptied", () => {
    for (const migrate of [true, false]) {
      for (const lost of [undefined, { namespace: "trident", name: "r", uid: "u" }]) {
        const decided = decideFlow(request(migrate), { kind: "ours", isMigrated: true }, lost);
        assert.equal(decided.flow, "migrated");
        assert.equal(decided.isRecordLost, true);
        assert.equal(decided.refusal, undefined);
      }
    }
    assert.equal(
      decideFlow(request(true), { kind: "ours", isMigrated: true }, record("copied")).isRecordLost,
      undefined,
    );
  });

  it("is resume when an earlier run left its first pass behind", () => {
    const left = { ...record("stopped"), firstPass: "{}" };
    assert.equal(decideFlow(request(true), running, left).flow, "resume");
  });

  it("is refused when a migration is asked for and there is nothing to migrate, naming the setting", () => {
    for (const found of [absent, ours]) {
      assertRefused(decide(true, found), "noLegacyTrident", /namespace trident.*pulumi config set migrate false/);
    }
  });

  it("is refused when a legacy Trident is there and no migration is asked for, naming the setting", () => {
    for (const found of [running, stopped]) {
      const message = /Deployment trident in namespace trident.*pulumi config set migrate true/;
      assertRefused(decide(false, found), "legacyTridentPresent", message);
    }
  });

  it("is refused when something else has the Deployment's name, whatever is asked for", () => {
    for (const migrate of [true, false]) {
      const message = /Deployment trident in namespace trident.*no container "etcd".*make it anew under another name/;
      assertRefused(decide(migrate, foreign), "foreignTrident", message);
    }
  });

  it("is refused when the Deployment that a migration had stopped is gone, with the way to get it back", () => {
    const message = /ConfigMap trident-etcd-migration.*kubectl create/;
    assertRefused(decide(true, absent, "stopped"), "stoppedTridentDeleted", message);
  });
});

describe("the flow where Trident was uninstalled and its claim is left", () => {
  const legacy = uninstalledTrident(request(true), { metadata: { name: "trident", uid: "u" } });
  const left: DeploymentFinding = { kind: "uninstalled", legacy, claims: ["trident"] };

  it("is migrate, from the claim alone", () => {
    const decided = decide(true, left);
    assert.deepEqual([decided.flow, decided.refusal, decided.legacy], ["migrate", undefined, legacy]);
    assert.match(decided.why, /no Deployment trident, but its PersistentVolumeClaim trident is left/);
  });

  it("is resume when an earlier run left its first pass behind", () => {
    const begun: MigrationRecord = { namespace: "trident", name: "r", uid: "u", firstPass: "{}" };
    assert.equal(decideFlow(request(true), left, begun).flow, "resume");
  });

  it("is refused without migrate, with the way to migrate and the way to give the state up", () => {
    const message = /claim trident.*set migrate true.*set abandonedClaim trident/i;
    assertRefused(decide(false, left), "legacyClaimPresent", message);
  });

  it("is refused beside a claim of another name that has Trident's label", () => {
    const labelled: DeploymentFinding = { kind: "absent", claims: ["trident-old"] };
    assertRefused(decide(false, labelled), "legacyClaimPresent", /set legacyClaim trident-old/);
    assertRefused(decide(true, labelled), "noLegacyTrident", /set legacyClaim trident-old/);
  });

  it("is install once the state of each claim is given up by name", () => {
    const two: DeploymentFinding = { kind: "uninstalled", legacy, claims: ["trident", "trident-old"] };
    const given = (...abandonedClaims: string[]) =>
      decideFlow({ ...request(false), abandonedClaims }, two, undefined).refusal?.kind;
    assert.equal(given("trident"), "legacyClaimPresent");
    assert.equal(given("trident", "trident-old"), undefined);
  });

  it("is install where this stack's Trident has served beside the claim and only its Deployment is gone", () => {
    const served: MigrationRecord = {
      namespace: "trident",
      name: "r",
      uid: "u",
      etcdClusterId: "7",
      etcdHeldKeys: "true",
    };
    assert.equal(decideFlow(request(false), left, served).refusal, undefined);
  });

  it("is what the record of a migration says, beside whose claim nothing is migrated again", () => {
    const copied: MigrationRecord = { ...record("copied"), legacyClaim: "trident" };
    for (const migrate of [true, false]) {
      const decided = decideFlow(request(migrate), left, copied);
      assert.deepEqual([decided.flow, decided.isCopied, decided.refusal], ["resume", true, undefined]);
    }
    assert.equal(decideFlow(request(true), ours, copied).flow, "migrated");
    assertRefused(decide(true, left, "stopped"), "stoppedTridentDeleted", /kubectl create/);
  });

  it("is refused for a rollback of such a migration: there is no Deployment to put back", () => {
    const copied: MigrationRecord = { ...record("copied"), legacyClaim: "trident" };
    const decided = decideFlow({ ...request(true), rollback: true }, ours, copied);
    assertRefused(decided, "noManifest", /PersistentVolumeClaim trident.*config rm rollback/);
  });
});

function assertRefused({ refusal }: FlowFinding, kind: BlockerKind, message: RegExp): void {
  assert.equal(refusal?.kind, kind);
  assert.match(inSettings(new BlockedError(refusal).message), message);
}

function decide(migrate: boolean, found: DeploymentFinding, phase?: MigrationPhase): FlowFinding {
  return decideFlow(request(migrate), found, phase === undefined ? undefined : record(phase));
}

function request(migrate: boolean): FlowRequest {
  return {
    namespace: "trident",
    migrate,
    rollback: false,
    legacyDeployment: "trident",
    legacyEtcdContainer: "etcd",
    record: "trident-etcd-migration",
  };
}

function record(phase: MigrationPhase): MigrationRecord {
  return { namespace: "trident", name: "trident-etcd-migration", uid: "u", phase };
}

function described(found: DeploymentFinding): string {
  if (found.kind !== "legacy") return `${found.kind === "absent" ? "no" : "our"} Trident`;
  return found.legacy.stoppedByMigration ? "a stopped legacy Trident" : "a running legacy Trident";
}
