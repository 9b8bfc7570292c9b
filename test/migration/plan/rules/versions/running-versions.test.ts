import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  checkRunningVersions,
  type RunningFacts,
} from "../../../../../migration/plan/rules/versions/running-versions.ts";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import type { AskedMember } from "../../../../../migration/members/asked-member.ts";
import { threeMembers, threeMembersAndOneLeftBehind } from "../../scene/fake-plan-environment.ts";
import { told } from "../told.ts";

describe("settings beside what runs", () => {
  it("are fine where they ask for the same", () => {
    assert.deepEqual(check({}), { blockers: [], risks: [] });
  });

  it("don't put an older Trident onto the state of the one that runs", () => {
    const { blockers } = check({ tridentImage: "netapp/trident:18.07.0" });
    assert.deepEqual(kinds(blockers), ["imageOlderThanData tridentImage"]);
    assert.match(blockers[0]?.remedy ?? "", /netapp\/trident:19\.04\.0/);
    assert.deepEqual(check({ tridentImage: "netapp/trident:18.07.0", runningTridentImage: undefined }).blockers, []);
    assert.deepEqual(check({ tridentImage: "mirror/trident@sha256:ab" }).blockers, []);
  });

  for (const version of ["3.3.27", "3.4.20", `3.4.21@sha256:${"a".repeat(64)}`]) {
    it(`don't lead an etcd back, to ${version.slice(0, 12)}`, () => {
      assert.deepEqual(kinds(check({ etcdVersion: version }).blockers), ["imageOlderThanData etcdVersion"]);
    });
  }

  it("are not misled by an image whose etcd is of another patch than its tag", () => {
    assert.deepEqual(check({ members: threeMembers({ version: "3.4.23" }) }), { blockers: [], risks: [] });
  });

  it("don't skip a minor version of etcd", () => {
    const members = threeMembers({ version: "3.2.32" });
    const set = { members, etcdClusterVersion: "3.2.32" };
    assert.deepEqual(kinds(check({ ...set, etcdVersion: "3.4.22" }).blockers), ["etcdVersionSkipped etcdVersion"]);
    assert.deepEqual(check({ ...set, etcdVersion: "3.3.27" }).blockers, []);
  });

  it("take the newest member for what runs, in the middle of an upgrade", () => {
    const members = [...threeMembers({ version: "3.5.4" }).slice(0, 1), ...threeMembers().slice(1)];
    assert.deepEqual(kinds(check({ members, etcdVersion: "3.4.22" }).blockers), ["imageOlderThanData etcdVersion"]);
    assert.deepEqual(check({ members, etcdVersion: "3.5.4", etcdClusterVersion: "3.5.4" }).blockers, []);
  });

  it("say loudly what is lost with all members but one", () => {
    const { blockers, risks } = check({ size: 1 });
    assert.deepEqual(blockers, []);
    assert.match(
      inSettings(risks[0] ?? ""),
      /from 3 to 1: the only copy .* ALL OF IT IS LOST.*pulumi config set etcdClusterSize 3/,
    );
    assert.deepEqual(check({ size: 5 }).risks, []);
  });

  it("don't take members away, or restart them, while one is missing already", () => {
    const members = threeMembers().slice(0, 2);
    assert.deepEqual(kinds(check({ members, size: 1 }).blockers), ["membersMissing etcdClusterSize"]);
    assert.deepEqual(kinds(check({ members, etcdVersion: "3.5.4" }).blockers), ["membersMissing etcdVersion"]);
    assert.deepEqual(check({ members }).blockers, []);
    assert.deepEqual(check({ members, size: 5 }).blockers, []);
  });

  it("don't take members away, or restart them, while the list has one that nobody replaces", () => {
    const members = threeMembersAndOneLeftBehind();
    assert.deepEqual(check({ members }), { blockers: [], risks: [] });
    const smaller = check({ members, size: 1 }).blockers;
    assert.deepEqual(kinds(smaller), ["membersMissing etcdClusterSize"]);
    assert.match(inSettings(smaller[0]?.remedy ?? ""), /^ {2}pulumi config set etcdClusterSize 3\n {2}pulumi up$/m);
    const newer = check({ members, etcdVersion: "3.5.4" }).blockers;
    assert.deepEqual(kinds(newer), ["membersMissing etcdVersion"]);
    assert.match(inSettings(newer[0]?.remedy ?? ""), /^ {2}pulumi config set etcdVersion 3.4.22\n {2}pulumi up$/m);
  });

  it("name each command that leaves out a change, with a size that can be set", () => {
    const members = threeMembersAndOneLeftBehind();
    const both = check({ members, size: 1, etcdVersion: "3.5.4" }).blockers[0]?.remedy ?? "";
    assert.match(inSettings(both), /etcdVersion 3\.4\.22\n +pulumi config set etcdClusterSize 3\n/);
    const names = ["trident-etcd-a", "trident-etcd-b", "trident-etcd-c"];
    const list = names.map((name, index) => ({ id: String(index + 1), name }));
    const byHand = { members: threeMembers({ members: list }).slice(0, 2), etcdClusterSize: 2, size: 1 };
    assert.match(inSettings(check(byHand).blockers[0]?.remedy ?? ""), /pulumi config set etcdClusterSize 3\n/);
  });

  it("are not in the way of an etcd that is to stay as it is, whoever is missing", () => {
    const members: AskedMember[] = [...threeMembersAndOneLeftBehind(), { kind: "leaving", pod: "trident-etcd-d" }];
    assert.deepEqual(check({ members }), { blockers: [], risks: [] });
  });

  it("are of no account in a rollback", () => {
    assert.deepEqual(check({ flow: "rollback", etcdVersion: "3.3.27" }), { blockers: [], risks: [] });
  });
});

function check(change: Partial<RunningFacts>) {
  const image = "netapp/trident:19.04.0";
  const found = checkRunningVersions({
    ...{ flow: "installed", deployment: "trident", tridentImage: image, runningTridentImage: image },
    ...{ members: threeMembers(), etcdVersion: "3.4.22", etcdClusterVersion: "3.4.22", etcdClusterSize: 3 },
    size: 3,
    ...change,
  });
  return told(found, "state");
}

function kinds(blockers: readonly { readonly kind: string; readonly object: string }[]): string[] {
  return blockers.map(({ kind, object }) => `${kind} ${object}`);
}
