import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { etcdOfMigratedState, migratedStateAfterMove } from "../../../migration/record/migrated-state.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../../../migration/record/migration-record.ts";

const result = JSON.stringify({ keys: 1, sha256: "s", sourceClusterId: "1", destinationClusterId: "2" });
const migrated: MigrationRecord = { namespace: "n", name: "r", uid: "u", phase: "copied", result };

describe("the migrated state", () => {
  it("is in the migration's destination, or where moves have brought it", () => {
    assert.equal(etcdOfMigratedState(migrated), "2");
    assert.equal(etcdOfMigratedState({ ...migrated, migratedStateIn: "3" }), "3");
    assert.throws(() => etcdOfMigratedState({ ...migrated, result: "{" }), MigrationRecordInvalidError);
  });

  it("goes with a move from the etcd that has it, and with no other", () => {
    assert.equal(migratedStateAfterMove(migrated, { from: "2", to: "3" }), "3");
    assert.equal(migratedStateAfterMove({ ...migrated, migratedStateIn: "3" }, { from: "3", to: "4" }), "4");
    assert.equal(migratedStateAfterMove(migrated, { from: "9", to: "3" }), null);
    assert.equal(migratedStateAfterMove({ ...migrated, result: "{" }, { from: "2", to: "3" }), null);
    const unmigrated = { namespace: "n", name: "r", uid: "u" };
    assert.equal(migratedStateAfterMove(unmigrated, { from: "2", to: "3" }), null);
  });
});
