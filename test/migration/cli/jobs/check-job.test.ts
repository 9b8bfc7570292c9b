import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkReport } from "../../../../migration/cli/jobs/check-job.ts";
import type { AskedMember } from "../../../../migration/members/asked-member.ts";
import { threeMembers } from "../../plan/scene/fake-plan-environment.ts";

const names = { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };
const job = { action: "check" as const, ...names, json: false };
const trial = { key: "/trident-etcd-check/1", revision: 7n };

describe("the check of an etcd", () => {
  it("is well when each member serves, and says what was tried", () => {
    const { outcome, lines, document } = checkReport(job, threeMembers(), trial);
    assert.equal(outcome, "done");
    assert.equal(lines[0], "EtcdCluster trident-etcd in namespace trident: 3 of 3 members serve.");
    assert.match(lines.join("\n"), /^put +\/trident-etcd-check\/1, at revision 7$/m);
    assert.deepEqual(document.scratchKey, { key: "/trident-etcd-check/1", revision: "7" });
    assert.deepEqual([document.serving, document.listed, document.clusterId], [3, 3, "2"]);
  });

  it("is not well without a member of the list, although the others serve clients", () => {
    const gone = checkReport(job, threeMembers().slice(1), trial);
    assert.deepEqual([gone.outcome, gone.document.serving, gone.document.listed], ["failed", 2, 3]);
    const starting: AskedMember = { kind: "starting", pod: "trident-etcd-a", reason: "ErrImagePull" };
    const { outcome, lines } = checkReport(job, [starting, ...threeMembers().slice(1)], trial);
    assert.equal(outcome, "failed");
    assert.match(lines.join("\n"), /^member +trident-etcd-a does not run yet: ErrImagePull$/m);
  });

  it("is not well with an alarm, or a member that has lost the others", () => {
    const alarm = checkReport(job, threeMembers({ errors: ["NOSPACE"] }), trial);
    assert.equal(alarm.outcome, "failed");
    assert.match(alarm.lines.join("\n"), /NOSPACE/);
    const [first, ...others] = threeMembers();
    const [lost] = threeMembers({ hasLeader: false });
    assert.ok(first && lost);
    assert.equal(checkReport(job, [lost, ...others], trial).outcome, "failed");
  });
});
