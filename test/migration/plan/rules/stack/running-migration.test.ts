import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nothingFound } from "../../../../../migration/plan/rules/findings.ts";
import { checkRunningMigration } from "../../../../../migration/plan/rules/stack/running-migration.ts";
import { told } from "../told.ts";

const held = { holder: "host-1", renewedAt: "2026-01-01T00:00:00.000000Z" };

describe("another migration", () => {
  it("is in the way while it lives", () => {
    const { blockers, risks } = checkRunningMigration({ ...held, lives: true }, "trident");
    assert.deepEqual(risks, []);
    assert.equal(blockers.length, 1);
    assert.match(blockers[0]?.message ?? "", /Another migration is running: host-1 holds Lease.*namespace trident/);
    assert.match(blockers[0]?.remedy ?? "", /Wait until it has ended/);
  });

  it("is only told of when it does not live any more", () => {
    const { blockers, risks } = told(checkRunningMigration({ ...held, lives: false }, "trident"), "service");
    assert.deepEqual(blockers, []);
    assert.match(risks.join("\n"), /host-1 holds Lease.*killed.*waits until/);
  });

  it("is no matter when there is none", () => {
    assert.deepEqual(checkRunningMigration(undefined, "trident"), nothingFound);
  });
});
