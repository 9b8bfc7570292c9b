import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import type { AskedMember } from "../../../../../migration/members/asked-member.ts";
import { countMembers } from "../../../../../migration/members/quorum.ts";
import { checkMembers, type MembersFacts } from "../../../../../migration/plan/rules/etcd/members.ts";
import { threeMembers, threeMembersAndOneLeftBehind } from "../../scene/fake-plan-environment.ts";
import { told } from "../told.ts";

const address = { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };
const served = { status: { phase: "Running", members: { ready: ["a", "b", "c"] } } };
const recorded = { clusterId: "2", heldKeys: true };

describe("the members of the stack's own etcd", () => {
  it("are well when all answer", () => {
    assert.deepEqual(check({ members: threeMembers() }), { blockers: [], risks: [] });
  });

  it("are believed themselves, and never a status that the operator wrote before they were lost", () => {
    const facts = { served, members: [] };
    assert.deepEqual(countMembers(facts), { all: 3, answering: 0, serving: 0, unasked: 0 });
    const [blocker] = check(facts).blockers;
    assert.equal(blocker?.kind, "quorumLost");
    assert.match(blocker.message, /cluster id 2.*0 of its 3 members serve, and 2 are needed \(it has no pod\)/);
  });

  it("are told of with their pods and why these don't run", () => {
    const members: AskedMember[] = [
      { kind: "ended", pod: "m-1", reason: "Evicted" },
      { kind: "starting", pod: "m-2", reason: "FailedScheduling: no node" },
      { kind: "leaving", pod: "m-3" },
    ];
    const [blocker] = check({ members }).blockers;
    assert.match(
      blocker?.message ?? "",
      /m-1 has ended: Evicted; m-2 does not run yet: FailedScheduling: no node; m-3 is being deleted/,
    );
    assert.match(blocker?.remedy ?? "", /wait and run this again/);
  });

  it("are not lost where only the Secret to ask them with is, which an up makes again", () => {
    const silent = { kind: "silent", reason: "Secret x is unusable", isReady: false, lacksSecret: true } as const;
    const { blockers, risks } = check({ members: ["m-1", "m-2", "m-3"].map((pod) => ({ ...silent, pod })) });
    assert.deepEqual(blockers, []);
    assert.match(risks.join(), /can't be asked how they are: Secret x is unusable/);
  });

  it("are made anew where the etcd-operator gave up while it first made them, whoever can't list their pods", () => {
    const failed = {
      spec: { size: 3 },
      status: { phase: "Failed", reason: "failed to create seed member (a): forbidden." },
    };
    const started: AskedMember[] = threeMembers().slice(0, 1);
    for (const members of [[], started, undefined]) {
      const [blocker] = check({ served: failed, members, recorded: undefined }).blockers;
      assert.equal(blocker?.kind, "etcdClusterFailed");
      assert.match(
        blocker.message,
        /first made \(failed to create seed member \(a\): forbidden\), and never tries again/,
      );
      assert.match(
        blocker.remedy,
        /kubectl --namespace trident delete etcdcluster trident-etcd\n {2}pulumi up --refresh/,
      );
    }
  });

  it("that Trident's state is recorded in are never to be made anew as if they had held nothing", () => {
    const failed = { spec: { size: 3 }, status: { phase: "Failed", members: { ready: ["a", "b", "c"] } } };
    assert.equal(check({ served: failed, members: [] }).blockers[0]?.kind, "quorumLost");
  });

  it("that are lost are restored, or given up, by commands that name them", () => {
    const [blocker] = check({ members: [] }).blockers;
    const commands = inSettings(blocker?.remedy ?? "")
      .split("\n")
      .filter((line) => line.startsWith("  "));
    assert.deepEqual(
      commands.map((line) => line.trim()),
      [
        "pulumi config set abandonedEtcd 2",
        "pulumi config set restoreFrom FILE  # a snapshot that you have: what was written after it is lost",
        "pulumi up",
        "kubectl --namespace trident delete etcdcluster trident-etcd",
        "pulumi config set abandonedEtcd 2",
        "pulumi up --refresh",
      ],
    );
  });

  it("that have lost the others do not serve, and give away what they have first", () => {
    const members = threeMembers({ hasLeader: false }).slice(0, 1);
    const [blocker] = check({ members }).blockers;
    assert.equal(blocker?.kind, "quorumLost");
    assert.match(inSettings(blocker.remedy), /config set restoreFrom member {2}# what trident-etcd-a has/);
    assert.match(blocker.remedy, /exec trident-etcd-a .*snapshot save/);
  });

  it("may lack a minority, which is a risk with its names", () => {
    const members: AskedMember[] = [...threeMembers().slice(0, 2), { kind: "ended", pod: "m-3", reason: "Evicted" }];
    const { blockers, risks } = check({ members });
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /2 of 3 members .*m-3 has ended: Evicted.*bears the loss of 0 more/);
  });

  it("that have one more on their list, without a pod, are told of with its name and with what the run does", () => {
    const { blockers, risks } = check({
      members: threeMembersAndOneLeftBehind(),
      served: { ...served, spec: { size: 3 } },
    });
    assert.deepEqual(blockers, []);
    assert.match(
      risks[0] ?? "",
      /^trident-etcd-d: no pod any more.*Until this run has done so.* the loss of 0 members/,
    );
    const rolledBack = check({
      ...{ members: threeMembersAndOneLeftBehind(), served: { ...served, spec: { size: 3 } }, flow: "rolledBack" },
    });
    assert.doesNotMatch(rolledBack.risks[0] ?? "", /this run/);
    const replaced = check({ members: threeMembersAndOneLeftBehind(), served: { ...served, spec: { size: 4 } } });
    assert.match(replaced.risks[0] ?? "", /3 of 4 members .*replaces a member that is lost/);
  });

  it("that can't be asked from here but are ready to Kubernetes are not taken for lost", () => {
    const members = threeMembers().map(
      ({ pod }): AskedMember => ({ kind: "silent", pod, reason: "403", isReady: true }),
    );
    assert.deepEqual(check({ members }).blockers, []);
    const unready = members.map((each) => ({ ...each, isReady: false }) as AskedMember);
    assert.equal(check({ members: unready }).blockers[0]?.kind, "quorumLost");
  });

  it("that are still being made for the first time are waited for", () => {
    const members: AskedMember[] = [{ kind: "starting", pod: "m-1", reason: "ContainerCreating" }];
    const making = { members, served: { status: {} }, recorded: undefined };
    assert.deepEqual(check(making), { blockers: [], risks: [] });
    const second = { ...making, served: { status: { members: { ready: ["m-0"] } } } };
    assert.deepEqual(check(second), { blockers: [], risks: [] });
    assert.deepEqual(check({ members: [], served: { status: {} }, recorded: undefined }).blockers, []);
  });

  it("that were ready once and are all gone are lost, recorded or not", () => {
    const [blocker] = check({ members: [], recorded: undefined }).blockers;
    assert.equal(blocker?.kind, "quorumLost");
    assert.doesNotMatch(blocker.remedy, /abandonedEtcd/);
  });

  it("are nobody's affair after a rollback but as a risk, and are not checked where they may not be listed", () => {
    const { blockers, risks } = check({ members: [], flow: "rolledBack" });
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /lost its quorum/);
    assert.deepEqual(check({ members: undefined }), { blockers: [], risks: [] });
  });

  it("of an EtcdCluster that is not there, or is being deleted, are checked by what is recorded", () => {
    assert.deepEqual(check({ members: [], served: undefined }), { blockers: [], risks: [] });
    const deleted = { ...served, metadata: { deletionTimestamp: "2030-01-01T00:00:00Z" } };
    assert.deepEqual(check({ members: [], served: deleted }), { blockers: [], risks: [] });
  });
});

function check(change: Partial<MembersFacts>) {
  return told(checkMembers({ flow: "installed", address, served, members: [], recorded, ...change }), "state");
}
