import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EXIT_CODES } from "../../../../migration/cli/exit-codes.ts";
import { statusReport } from "../../../../migration/cli/jobs/status-job.ts";
import { membersInPods, statusOf } from "../../status/status-scene.ts";

describe("the report of a status", () => {
  it("ends with a code of its own for each level, and with 0 only where all is well", () => {
    const codeOf = (but: Parameters<typeof statusOf>[0]) => EXIT_CODES[statusReport({}, statusOf(but)).outcome];
    assert.equal(codeOf({}), 0);
    assert.equal(codeOf({ members: membersInPods().slice(1) }), 6);
    assert.equal(codeOf({ members: [], size: "absent" }), 7);
  });

  it("has the same facts as a document", () => {
    const { document } = statusReport({}, statusOf({ alarms: [{ memberId: "1", kind: "NOSPACE" }] }));
    assert.equal(document.level, "trouble");
    assert.deepEqual(document.alarms, [{ memberId: "1", kind: "NOSPACE" }]);
    assert.deepEqual([document.serving, document.expected, document.leader], [3, 3, "trident-etcd-a"]);
    assert.deepEqual((document.databases as unknown[])[0], {
      ...{ pod: "trident-etcd-a", bytes: 20_480, bytesInUse: 16_384, unusedBytes: 4_096 },
      quotaBytes: 2 ** 31,
    });
    // Nothing in it that JSON does not know.
    assert.doesNotThrow(() => JSON.stringify(document));
  });
});
