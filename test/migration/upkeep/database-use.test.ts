import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { databaseUses, fullestOf } from "../../../migration/upkeep/database-use.ts";
import { memberPodWith, membersInPods } from "../status/status-scene.ts";

describe("what databases take", () => {
  it("is told by members that answer, with the quota that etcd or its pod tells", () => {
    const [first] = membersInPods({ database: { bytes: 100, bytesInUse: 40 } });
    const [second] = membersInPods({ database: { bytes: 100, bytesInUse: 40, quotaBytes: 200 } });
    const [third] = membersInPods({ database: { bytes: 100 } }, memberPodWith({ ETCD_QUOTA_BACKEND_BYTES: "150" }));
    assert.ok(first && second && third);
    const pod = first.pod;
    const uses = databaseUses([first, second, third, { kind: "leaving", pod: "x" }]);
    assert.deepEqual(uses, [
      { pod, bytes: 100, bytesInUse: 40, unusedBytes: 60, quotaBytes: 2 ** 31 },
      { pod, bytes: 100, bytesInUse: 40, unusedBytes: 60, quotaBytes: 200 },
      { pod, bytes: 100, bytesInUse: 100, unusedBytes: 0, quotaBytes: 150 },
    ]);
    assert.equal(fullestOf(uses), uses[2]);
  });
});
