import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MigrationRecord } from "../../../../migration/record/migration-record.ts";
import { legacyLeftStopped, mayStillRun } from "../../../../migration/trident/legacy/unfinished-migration.ts";
import { legacyDeployment, legacyTrident } from "./legacy-deployment.ts";

const empty: MigrationRecord = { namespace: "trident", name: "record", uid: "u" };
const stopped: MigrationRecord = { ...empty, phase: "stopped", legacyDeployment: JSON.stringify(legacyDeployment()) };
const copied: MigrationRecord = { ...stopped, phase: "copied" };

describe("whether a migration has left the old Trident stopped", () => {
  it("is told by the mark on its Deployment, whatever the record says", () => {
    const legacy = legacyTrident({ replicas: 0, stoppedByMigration: true });
    for (const record of [undefined, empty, stopped, copied]) {
      assert.equal(legacyLeftStopped({ kind: "legacy", legacy }, record, "etcd"), legacy);
    }
  });

  it("is not so while it runs, or was put to 0 by somebody else", () => {
    for (const legacy of [legacyTrident(), legacyTrident({ replicas: 0 })]) {
      assert.equal(legacyLeftStopped({ kind: "legacy", legacy }, stopped, "etcd"), undefined);
    }
  });

  it("is told by the record when its Deployment is gone, and says all that is needed to put it back", () => {
    const left = legacyLeftStopped({ kind: "absent" }, stopped, "etcd");
    assert.equal(left?.name, "trident");
    assert.equal(left.namespace, "trident");
    assert.equal(left.claim, "trident");
  });

  it("is not so after a migration that ended, nor before one began", () => {
    for (const record of [undefined, empty, copied]) {
      assert.equal(legacyLeftStopped({ kind: "absent" }, record, "etcd"), undefined);
    }
    assert.equal(legacyLeftStopped({ kind: "ours" }, copied, "etcd"), undefined);
    assert.equal(legacyLeftStopped({ kind: "foreign", why: "" }, stopped, "etcd"), undefined);
  });

  it("is an error when the Deployment is gone and the record does not hold it", () => {
    for (const text of [undefined, "no JSON", "{}"]) {
      const record: MigrationRecord = {
        ...empty,
        phase: "stopped",
        ...(text === undefined ? {} : { legacyDeployment: text }),
      };
      assert.throws(() => legacyLeftStopped({ kind: "absent" }, record, "etcd"), {
        name: "MigrationRecordInvalidError",
        message: /legacyDeployment/,
      });
    }
  });
});

describe("whether a migration may still be at it", () => {
  const running = { kind: "legacy", legacy: legacyTrident() } as const;
  const left = { kind: "legacy", legacy: legacyTrident({ replicas: 0, stoppedByMigration: true }) } as const;

  it("is so once it began to copy or to stop, until it ended", () => {
    assert.ok(mayStillRun(running, { ...empty, firstPass: "{}" }));
    assert.ok(mayStillRun(running, stopped));
    assert.ok(mayStillRun({ kind: "absent" }, stopped));
    assert.ok(mayStillRun(left, copied));
    assert.ok(mayStillRun(running, copied));
    assert.ok(mayStillRun({ kind: "ours" }, { ...empty, served: "{}" }));
  });

  it("is not so before it began and after it ended", () => {
    assert.ok(!mayStillRun(running, undefined));
    assert.ok(!mayStillRun(running, empty));
    assert.ok(!mayStillRun({ kind: "ours" }, copied));
    assert.ok(!mayStillRun({ kind: "absent" }, { ...copied, firstPass: "{}" }));
  });
});
