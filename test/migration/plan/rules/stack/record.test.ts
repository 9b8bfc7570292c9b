import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nothingFound } from "../../../../../migration/plan/rules/findings.ts";
import { checkRecord, finishedEarlier } from "../../../../../migration/plan/rules/stack/record.ts";
import { MigrationRecordInvalidError } from "../../../../../migration/record/migration-record.ts";
import { emptyRecord } from "../../scene/places.ts";
import { planRequest } from "../../scene/plan-scene.ts";
import { copiedRecord } from "../../scene/stacks.ts";
import { told } from "../told.ts";

const migrated = { flow: "migrated", why: "" } as const;
const rolledBack = { flow: "rolledBack", why: "" } as const;
const at = "2026-01-02T03:04:05.000Z";

describe("the migration's record in the plan", () => {
  it("is no matter while it is there and can be read", () => {
    assert.deepEqual(checkRecord(planRequest(), { flow: migrated, recordFailure: undefined }), nothingFound);
  });

  it("blocks where it can't be used", () => {
    const recordFailure = new MigrationRecordInvalidError("trident", "r", "result");
    const { blockers, risks } = checkRecord(planRequest(), { flow: migrated, recordFailure });
    assert.deepEqual(risks, []);
    assert.deepEqual(
      blockers.map(({ kind, object }) => [kind, object]),
      [["recordInvalid", "ConfigMap/trident-etcd-migration"]],
    );
  });

  it("that is lost takes the rollback with it, which is a risk", () => {
    const lost = { flow: { ...migrated, isRecordLost: true }, recordFailure: undefined };
    const { blockers, risks } = told(checkRecord(planRequest(), lost), "state");
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /a rollback is not possible any more/);
  });

  it("says when what it tells of was finished, and nothing where it can't be read", () => {
    const result = JSON.stringify({ ...(JSON.parse(copiedRecord.result) as object), finishedAt: at });
    assert.deepEqual(finishedEarlier({ flow: migrated, record: { ...copiedRecord, result } }), { migratedAt: at });
    assert.deepEqual(finishedEarlier({ flow: migrated, record: { ...copiedRecord, result: "{" } }), {});
    const record = { ...emptyRecord, rolledBack: JSON.stringify({ finishedAt: at }) };
    assert.deepEqual(finishedEarlier({ flow: rolledBack, record }), { rolledBackAt: at });
    assert.deepEqual(finishedEarlier({ flow: migrated, record }), {});
  });
});
