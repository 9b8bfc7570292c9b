import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { upkeepJob } from "../../../../migration/cli/jobs/upkeep-job.ts";
import type { Maintenance } from "../../../../migration/etcd/maintenance.ts";
import { toClusterJob, type UpkeepJob } from "../../../../migration/cli/words/parse-cluster-job.ts";
import { UsageError } from "../../../../migration/cli/words/usage-error.ts";
import type { UpkeptEtcd } from "../../../../migration/upkeep/upkept-etcd.ts";
import { membersInPods } from "../../status/status-scene.ts";

const member: Partial<Maintenance> = {
  listAlarms: () => Promise.resolve([{ memberId: "1", kind: "NOSPACE" }]),
  compact: () => Promise.resolve(),
  defragment: () => Promise.resolve(),
  disarm: () => Promise.resolve(),
};
const etcd: UpkeptEtcd = {
  ask: () => Promise.resolve(membersInPods()),
  at: (_pod, work) => work(member as Maintenance),
  tryKey: () => Promise.resolve(),
};

function jobOf(action: UpkeepJob["action"], values: Record<string, string | true> = {}): UpkeepJob {
  return toClusterJob(action, new Map(Object.entries(values))) as UpkeepJob;
}

const run = (job: UpkeepJob) => upkeepJob(etcd, job, new AbortController().signal, () => undefined);

describe("a command that keeps a database small", () => {
  it("says what was forgotten", async () => {
    const { lines, document } = await run(jobOf("compact", { "keep-revisions": "3" }));
    assert.match(lines[0] ?? "", /at revision 7, has forgotten what its keys were before revision 4\.$/);
    assert.deepEqual([document.revision, document.compactedTo], ["7", "4"]);
    const { document: younger } = await run(jobOf("compact"));
    assert.equal(younger.compactedTo, null);
  });

  it("says what it would defragment, and what it has", async () => {
    const dry = await run(jobOf("defragment", { always: true, "dry-run": true }));
    assert.match(dry.lines[0] ?? "", /3 of 3 would be defragmented\.$/);
    const usual = await run(jobOf("defragment"));
    assert.match(
      usual.lines.join("\n"),
      /0 of 3 were defragmented\.\nmember +trident-etcd-b, 20\.0 KiB, 4\.0 KiB of them unused/,
    );
    const always = await run(jobOf("defragment", { always: true }));
    assert.match(always.lines.join("\n"), /3 of 3 were .*\nmember +trident-etcd-b, 20\.0 KiB before, 20\.0 KiB now/);
  });

  it("says that the alarm is disarmed", async () => {
    const { outcome, lines, document } = await run(jobOf("alarm-disarm"));
    assert.equal(outcome, "done");
    assert.match(lines[0] ?? "", /the alarm is disarmed, and it takes writes\.$/);
    assert.deepEqual(document.alarms, [{ memberId: "1", kind: "NOSPACE" }]);
  });

  for (const [action, values, said] of [
    ["compact", { "keep-revisions": "-1" }, /--keep-revisions takes a whole number/],
    ["defragment", { "at-least-fraction": "1.5" }, /--at-least-fraction takes a number from 0 to 1/],
    ["defragment", { "at-least-bytes": "1 GB" }, /--at-least-bytes takes a whole number/],
    ["defragment", { always: true, "at-least-bytes": "1" }, /--always excludes/],
  ] as const) {
    it(`refuses ${action} with ${JSON.stringify(values)}`, () => {
      assert.throws(
        () => jobOf(action, values),
        (error: unknown) => error instanceof UsageError && said.test(error.message),
      );
    });
  }
});
