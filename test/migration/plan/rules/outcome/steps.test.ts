import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EtcdAddress } from "../../../../../migration/connect/etcd-address.ts";
import { etcdRules } from "../../../../../migration/plan/rules/etcd/destination.ts";
import { estimates, outageOf, planSteps, type StepFacts } from "../../../../../migration/plan/rules/outcome/steps.ts";
import { threeMembers } from "../../scene/fake-plan-environment.ts";

const address = { kind: "managed", namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "tls" } as const;
const facts: StepFacts = {
  flow: "migrate",
  legacyDeployment: "trident",
  claim: "trident",
  isCopied: false,
  serves: true,
  keys: 100_000,
  bytes: 40_000_000,
  etcd: made(address, 0),
  snapshotDirectory: "snapshots",
};

describe("the steps of the plan", () => {
  it("take an etcd that is there as it is, with Secrets where its clients identify themselves", () => {
    const existing = { kind: "existing", namespace: "trident", endpoints: ["https://etcd:2379"] } as const;
    const first = (destination: EtcdAddress) => planSteps({ ...facts, flow: "install", etcd: made(destination, 0) })[0];
    assert.equal(first(existing)?.what, "Take the existing etcd as it is");
    assert.equal(first({ ...existing, clientSecret: "tls" })?.what, "Make the Secrets for the existing etcd");
    assert.equal(first({ ...existing, credentialsSecret: "user" })?.what, "Make the Secrets for the existing etcd");
  });

  it("make the etcd and copy while Trident serves, and stop it only for what must be done then", () => {
    assert.deepEqual(
      planSteps(facts).map(({ stops }) => stops),
      ["nothing", "nothing", "Trident", "Trident", "Trident", "Trident", "nothing"],
    );
  });

  it("add up to an outage of two pod starts, a stop and the second pass, whatever the number of keys", () => {
    const { podStopSeconds, podStartSeconds, fewCallsSeconds } = estimates;
    for (const keys of [10, 100_000, undefined]) {
      const seconds = outageOf(planSteps({ ...facts, keys, bytes: keys && 400 * keys }));
      assert.equal(seconds, podStopSeconds + 2 * podStartSeconds + fewCallsSeconds);
    }
  });

  it("compare everything and save the snapshot while the new Trident serves", () => {
    const last = planSteps(facts).at(-1);
    assert.match(
      last?.what ?? "",
      /^While it serves: compare all once more.* snapshot .*; then delete Deployment trident,/,
    );
    assert.equal(last?.estimateSeconds, estimates.fewCallsSeconds + 5);
    const slow = planSteps({ ...facts, bytes: 4_000_000_000 }).at(-1);
    assert.equal(slow?.estimateSeconds, 400);
  });

  it("have all of the copy in the outage when the old Trident is away already, and compare it there", () => {
    const { podStartSeconds, fewCallsSeconds } = estimates;
    const steps = planSteps({ ...facts, flow: "resume", serves: false, etcd: made(address, 3) });
    assert.equal(outageOf(steps), 2 * podStartSeconds + fewCallsSeconds + 5);
    assert.doesNotMatch(steps.at(-1)?.what ?? "", /compare/);
  });

  it("say where the snapshot is kept, or nothing of one that is not wanted", () => {
    const words = (snapshotDirectory: string) =>
      planSteps({ ...facts, snapshotDirectory })
        .map(({ what }) => what)
        .join("\n");
    assert.match(words("/var/backups"), /keep a snapshot of the old etcd under \/var\/backups/);
    assert.doesNotMatch(words(""), /snapshot/);
  });

  it("have no first pass and no stop when the old Trident is away already", () => {
    const steps = planSteps({ ...facts, flow: "resume", serves: false });
    assert.doesNotMatch(steps.map(({ what }) => what).join("\n"), /First pass|first pass|scale it to 0/);
    assert.ok(steps.slice(0, -1).every(({ stops }) => stops === "Trident"));
  });

  it("only start Trident when the state was copied before", () => {
    const steps = planSteps({ ...facts, flow: "resume", isCopied: true, etcd: made(address, 3) });
    assert.deepEqual(
      steps.map(({ what }) => what),
      [
        "Keep the etcd cluster as it is, 3 of 3 members answer",
        "Start Trident on the state that was copied and verified",
      ],
    );
  });

  it("of a rollback stop Trident from the deletion of the new one until the old one serves", () => {
    const steps = planSteps({ ...facts, flow: "rollback" });
    const { podStopSeconds, podStartSeconds, fewCallsSeconds } = estimates;
    assert.deepEqual(
      steps.map(({ stops }) => stops),
      ["nothing", "Trident", "Trident", "Trident", "Trident", "nothing"],
    );
    assert.equal(outageOf(steps), podStopSeconds + 2 * podStartSeconds + 4 + fewCallsSeconds + 5);
    assert.match(steps[2]?.what ?? "", /snapshot of the new etcd under snapshots/);
    const unkept = planSteps({ ...facts, flow: "rollback", snapshotDirectory: "" });
    assert.doesNotMatch(unkept.map(({ what }) => what).join("\n"), /snapshot/);
  });

  it("of a rollback that had put the old Trident back stop nothing more", () => {
    const steps = planSteps({ ...facts, flow: "rollback", isCopied: true, claim: undefined });
    assert.equal(steps.length, 2);
    assert.equal(outageOf(steps), undefined);
  });

  it("stop nothing for an installation, and are none where all is done, or nothing can be", () => {
    assert.equal(outageOf(planSteps({ ...facts, flow: "install", claim: undefined })), undefined);
    for (const flow of ["migrated", "installed", "rolledBack", undefined] as const)
      assert.deepEqual(planSteps({ ...facts, flow }), []);
    assert.deepEqual(planSteps({ ...facts, claim: undefined }), []);
  });
});

/** An etcd whose first members, so many of the three that are wanted, answer. */
function made(destination: EtcdAddress, answering: number): StepFacts["etcd"] {
  const etcd = etcdRules(destination);
  const members = threeMembers().slice(0, answering);
  return {
    ...etcd.makingStep({ etcdClusterSize: 3 }, { etcdCluster: {}, members, state: {} }),
    isSaved: etcd.isSaved,
  };
}
