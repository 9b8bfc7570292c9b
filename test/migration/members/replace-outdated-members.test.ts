import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AskedMember } from "../../../migration/members/asked-member.ts";
import {
  MemberStillOutdatedError,
  outdatedMembers,
  replaceOutdatedMembers,
} from "../../../migration/members/replace-outdated-members.ts";
import type { Members } from "../../../migration/members/wait-for-members.ts";
import { memberPodWith } from "../status/status-scene.ts";
import { threeMembers } from "../plan/scene/fake-plan-environment.ts";

const wanted = { etcdEnv: [{ name: "ETCD_AUTO_COMPACTION_RETENTION", value: "12" }] };
const old = memberPodWith({});

describe("members that were made otherwise than is wanted", () => {
  it("are replaced one by one, the leader last, each once the one before serves and has the same", async () => {
    const { members, deleted, asks } = operated(memberPodWith());
    const lines: string[] = [];
    await replaceOutdatedMembers(
      members,
      wanted,
      awaited((line) => lines.push(line)),
    );
    assert.deepEqual(deleted, ["m-2", "m-3", "m-1"]);
    assert.match(lines[0] ?? "", /Member m-2 .*ETCD_AUTO_COMPACTION_RETENTION.* 1 of 3 members/);
    assert.ok(
      asks.every((serving) => serving >= 2),
      "never two at once",
    );
  });

  it("stay where all are as is wanted, after one look", async () => {
    const { members, deleted, asks } = operated(memberPodWith());
    await replaceOutdatedMembers(members, {}, awaited());
    assert.deepEqual([deleted.length > 0, asks.length > 1], [false, false]);
  });

  it("stay where there are fewer than three", async () => {
    const { members, deleted } = operated(memberPodWith());
    await replaceOutdatedMembers(members, wanted, { ...awaited(), size: 1 });
    assert.deepEqual(deleted, []);
  });

  it("are not replaced for ever where what comes is no other", async () => {
    const { members, deleted } = operated(old);
    await assert.rejects(replaceOutdatedMembers(members, wanted, awaited()), MemberStillOutdatedError);
    assert.equal(deleted.length, 3);
  });

  it("are not counted when they go anyway", () => {
    const leaving: AskedMember = { kind: "leaving", pod: "m-1", object: old };
    assert.deepEqual(outdatedMembers([leaving], wanted), []);
  });
});

function awaited(report: (line: string) => void = () => undefined) {
  return { namespace: "trident", etcdCluster: "trident-etcd", size: 3, timeoutSeconds: 30, report };
}

/** Members with an etcd-operator that makes one anew, in this pod, a look after one was deleted. */
function operated(made: typeof old) {
  let names = ["m-1", "m-2", "m-3"];
  const deleted: string[] = [];
  const asks: number[] = [];
  const pods = new Map(names.map((name) => [name, old]));
  let leader = "m-1";
  let missing: string | undefined;
  const answering = (): AskedMember[] => {
    const listed = [...names, ...(missing === undefined ? [] : [missing])].map((name) => ({ id: name, name }));
    const [like] = threeMembers();
    assert.ok(like?.kind === "answers");
    return names.map((pod) => ({
      kind: "answers",
      pod,
      object: pods.get(pod) ?? made,
      view: { ...like.view, id: pod, leaderId: leader, members: listed },
    }));
  };
  const members: Members = {
    ask: () => {
      const now = answering();
      asks.push(now.length);
      if (missing !== undefined) {
        names = [...names, `${missing}-again`];
        missing = undefined;
      }
      return Promise.resolve(now);
    },
    remove: () => Promise.resolve(),
    deletePod: (pod) => {
      assert.equal(missing, undefined, "one at a time");
      deleted.push(pod);
      names = names.filter((name) => name !== pod);
      missing = pod;
      if (leader === pod) leader = names[0] ?? "";
      return Promise.resolve();
    },
  };
  return { members, deleted, asks };
}
