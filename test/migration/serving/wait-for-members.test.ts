import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AskedMember } from "../../../migration/endpoints/asked-member.ts";
import { MembersNotServingError } from "../../../migration/serving/errors.ts";
import { judgeMembersNow, waitUntilAllServe } from "../../../migration/serving/wait-for-members.ts";
import { threeMembers } from "../plan/fake-plan-environment.ts";

const leaving: AskedMember = { kind: "leaving", pod: "trident-etcd-d" };

describe("members that are waited for", () => {
  it("are there when each of them serves, in one cluster, and their own list has no other", () => {
    assert.deepEqual(judgeMembersNow(threeMembers(), 3), { done: true, value: "2" });
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
      const look = judgeMembersNow(members, 3);
      assert.ok(!look.done);
      assert.match(look.seen, seen);
    });
  }

  it("may be beside one that is on its way out", () => {
    assert.equal(judgeMembersNow([...threeMembers(), leaving], 3).done, true);
  });

  it("come in the end", async () => {
    const answers = [threeMembers().slice(0, 1), threeMembers()];
    const ask = () => Promise.resolve(answers.shift() ?? threeMembers());
    assert.equal(await waitUntilAllServe(ask, awaited(10)), "2");
  });

  it("that don't come are an error that says who is missing and why", async () => {
    const members: AskedMember[] = [{ kind: "starting", pod: "m-1", reason: "ErrImagePull for image x" }];
    await assert.rejects(
      waitUntilAllServe(() => Promise.resolve(members), awaited(0)),
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
  return { namespace: "trident", etcdCluster: "trident-etcd", size: 3, timeoutSeconds };
}
