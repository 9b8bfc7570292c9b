import assert from "node:assert/strict";
import { test } from "node:test";
import { describePlan } from "../../../../migration/plan/describe/describe-plan.ts";
import { describeReport } from "../../../../migration/plan/describe/describe-report.ts";
import type { MigrationResult } from "../../../../migration/record/migration-result.ts";
import { planOf } from "../scene/plan-scene.ts";

const outcome = {
  clientEndpoint: "https://trident-etcd-client:2379",
  members: ["trident-etcd-a", "trident-etcd-b"],
  certificateExpiry: { client: "2030-01-01T00:00:00Z" },
};

test("the report has what was moved, what it was moved to, and the plan", async () => {
  const plan = await planOf((environment) => environment.withLegacy());
  const migration = {
    keys: 5,
    bytes: 321,
    sha256: "ab".repeat(32),
    sourceClusterId: "1",
    sourceRevision: "6",
    destinationClusterId: "2",
    destinationRevision: "7",
    firstPassKeys: 4,
    changedKeys: { created: 1, replaced: 2, deleted: 3 },
    snapshot: "snapshots/a|b.db",
    startedAt: "2026-01-01T00:00:00.000Z",
    cutOverAt: "2026-01-01T00:01:00.000Z",
    outageSeconds: 4.2,
    finishedAt: "2026-01-01T00:02:00.000Z",
  };
  assert.equal(
    describeReport(plan, { ...outcome, migration }),
    `# The migration of Trident's state in namespace trident

| | |
|---|---|
| keys | 5 |
| bytes | 321 |
| SHA-256 of all keys and values | ${"ab".repeat(32)} |
| source | etcd cluster 1, revision 6 |
| destination | etcd cluster 2, revision 7 |
| copied while the old Trident served | 4 |
| changed meanwhile | 1 created, 2 replaced, 3 deleted |
| started | 2026-01-01T00:00:00.000Z |
| old Trident stopped | 2026-01-01T00:01:00.000Z |
| seconds without a Trident | 4.2 |
| ended | 2026-01-01T00:02:00.000Z |
| snapshot of the old etcd | snapshots/a\\|b.db |

## The new etcd

| | |
|---|---|
| endpoint for clients | https://trident-etcd-client:2379 |
| members | trident-etcd-a, trident-etcd-b |
| client certificate ends | 2030-01-01T00:00:00Z |

## The plan that was followed

\`\`\`text
${describePlan(plan, "full")}
\`\`\`
`,
  );
});

test("the report of an installation has no migration", async () => {
  const plan = await planOf(() => undefined, { migrate: false });
  const report = describeReport(plan, outcome);
  assert.match(report, /^# Trident's etcd in namespace trident\n\n## The new etcd\n/);
});

test("the report of what an older version migrated leaves out what that one did not know", async () => {
  const plan = await planOf((environment) => environment.withLegacy());
  const migration = { keys: 5, sha256: "aa", finishedAt: "2026-01-01T00:02:00.000Z" } as unknown as MigrationResult;
  const report = describeReport(plan, { ...outcome, migration });
  assert.match(report, /\| keys \| 5 \|/);
  assert.doesNotMatch(report, /undefined|changed meanwhile|without a Trident/);
});
