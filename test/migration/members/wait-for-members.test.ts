import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leftBehindMembers, type AskedMember } from "../../../migration/members/asked-member.ts";
import { MembersNotServingError } from "../../../migration/members/wait-for-members.ts";
import { checkMembersNow, waitUntilAllServe, type Members } from "../../../migration/members/wait-for-members.ts";
import { threeMembers, threeMembersAndOneLeftBehind } from "../plan/scene/fake-plan-environment.ts";

const leaving: AskedMember = { kind: "leaving", pod: "trident-etcd-d" };

describe("members that are waited for", () => {
  it("are there when each of them serves, in one cluster, and their own list has no other", () => {
    assert.deepEqual(checkMembersNow(threeMembers(), 3), { done: true, value: "2" });
  });

  for (const [what, members, seen] of [
    ["are more than wanted", [...threeMembers(), ...threeMembers().slice(0, 1)], /4 of 4 serve/],
    ["are fewer", threeMembers().slice(0, 2), /2 of 2 serve/],
    [
      "don't all answer",
      [...threeMembers().slice(0, 2), { kind: "starting", pod: "m", reason: "ErrImagePull" }],
      /2 of 3 serve .*m does not run yet: ErrImagePull/,
    ],
    ["have lost each other", threeMembers({ hasLeader: false }), /0 of 3 serve/],
    [
      "are of two clusters",
      [...threeMembers().slice(0, 2), ...threeMembers({ clusterId: "3" }).slice(2)],
      /different etcd clusters: 2, 3/,
    ],
    [
      "list one that was not removed yet",
      threeMembers({ members: ["a", "b", "c", "d"].map((name) => ({ id: name, name })) }),
      /list of members is: a, b, c, d/,
    ],
    [
      "list one that has not started",
      threeMembers({ members: ["a", "b", ""].map((name) => ({ id: name, name })) }),
      /one that has not started/,
    ],
  ] as readonly (readonly [string, readonly AskedMember[], RegExp])[]) {
    it(`are not there while they ${what}`, () => {
      const look = checkMembersNow(members, 3);
      assert.ok(!look.done);
      assert.match(look.seen, seen);
    });
  }

  it("may be beside one that is on its way out", () => {
    assert.equal(checkMembersNow([...threeMembers(), leaving], 3).done, true);
  });

  it("come in the end", async () => {
    const answers = [threeMembers().slice(0, 1), threeMembers()];
    const ask = () => Promise.resolve(answers.shift() ?? threeMembers());
    assert.equal(await waitUntilAllServe({ ask, remove: nobody, deletePod: nobody }, awaited(10)), "2");
  });

  it("are rid of one that is listed and has no pod, and of no other", async () => {
    let members = threeMembersAndOneLeftBehind();
    const removed: unknown[] = [];
    const lines: string[] = [];
    const remove: Members["remove"] = (listed) => {
      removed.push(listed);
      // A first try that fails is not the last.
      if (removed.length === 1) return Promise.reject(new Error("leader changed"));
      members = threeMembers();
      return Promise.resolve();
    };
    const report = (line: string): number => lines.push(line);
    assert.equal(
      await waitUntilAllServe(
        { ask: () => Promise.resolve(members), remove, deletePod: nobody },
        { ...awaited(10), report },
      ),
      "2",
    );
    assert.deepEqual(removed, Array(2).fill({ pod: "trident-etcd-a", id: "4", name: "trident-etcd-d" }));
    assert.match(lines.join(), /trident-etcd-d has no pod any more.*leader changed/);
  });

  for (const [what, members, size] of [
    ["the operator replaces it", threeMembersAndOneLeftBehind(), 4],
    ["its pod is on its way out", [...threeMembersAndOneLeftBehind(), leaving], 3],
    ["its pod has not served yet", [...threeMembersAndOneLeftBehind(), starting("trident-etcd-d")], 3],
    ["it has not started", threeMembers({ members: ["a", "b", "c", ""].map((name) => ({ id: name, name })) }), 4],
    [
      "one of those that serve has it off its list already",
      [...threeMembersAndOneLeftBehind().slice(0, 2), ...threeMembers().slice(2)],
      3,
    ],
  ] as readonly (readonly [string, readonly AskedMember[], number])[]) {
    it(`keep one on their list while ${what}`, () => {
      assert.deepEqual(leftBehindMembers(members, size), []);
    });
  }

  it("are rid of the pod of one that has ended, is on nobody's list and that the operator has forgotten", async () => {
    const ended: AskedMember = { kind: "ended", pod: "trident-etcd-d", reason: "Completed" };
    const members = [...threeMembers(), ended];
    const deleted: string[] = [];
    const deletePod: Members["deletePod"] = (pod) => {
      deleted.push(pod);
      return Promise.resolve();
    };
    const ask = () => Promise.resolve(members);
    assert.equal(await waitUntilAllServe({ ask, remove: nobody, deletePod }, awaited(10)), "2");
    assert.deepEqual(deleted, ["trident-etcd-d"]);
  });

  it("are not done while one that has ended is on their list: the operator replaces it", () => {
    const ended: AskedMember = { kind: "ended", pod: "trident-etcd-c", reason: "Evicted" };
    const look = checkMembersNow([...threeMembers().slice(0, 2), ended], 3);
    assert.ok(!look.done);
    assert.match(look.seen, /2 of 3 serve/);
  });

  it("that don't come are an error that says who is missing and why", async () => {
    const members: AskedMember[] = [{ kind: "starting", pod: "m-1", reason: "ErrImagePull for image x" }];
    await assert.rejects(
      waitUntilAllServe({ ask: () => Promise.resolve(members), remove: nobody, deletePod: nobody }, awaited(0)),
      (error: unknown) => {
        assert.ok(error instanceof MembersNotServingError);
        assert.match(
          error.message,
          /exactly 3 members .*m-1 does not run yet: ErrImagePull for image x.*logs deployment\/etcd-operator/,
        );
        return true;
      },
    );
  });
});

function awaited(timeoutSeconds: number) {
  return { namespace: "trident", etcdCluster: "trident-etcd", size: 3, timeoutSeconds, report: () => undefined };
}

function nobody(): Promise<void> {
  throw new Error("no member was to be removed");
}

function starting(pod: string): AskedMember {
  return { kind: "starting", pod, reason: "ContainerCreating" };
}
