import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  changeMigrationRecord,
  readMigrationRecord,
  recordReadOnce,
} from "../../../migration/record/migration-record.ts";
import { recordedResult } from "../../../migration/record/migration-result.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

describe("the migration's record", () => {
  const place = { namespace: "n", record: "r" };
  const path = "/api/v1/namespaces/n/configmaps/r";
  let fake: FakeKubernetes;

  before(async () => {
    fake = await startFakeKubernetes();
  });
  after(() => fake.stop());

  it("that is missing is named, with the way out", async () => {
    await assert.rejects(readMigrationRecord(fake.cluster, place), {
      name: "MigrationRecordMissingError",
      message: /ConfigMap r in namespace n.*pulumi refresh/,
    });
  });

  it("is empty at first, holds what is written and loses what is removed", async () => {
    fake.objects.set(path, { metadata: { name: "r", uid: "u" } });
    assert.deepEqual(await readMigrationRecord(fake.cluster, place), { namespace: "n", name: "r", uid: "u" });

    await changeMigrationRecord(fake.cluster, place, { phase: "stopped", legacyReplicas: "2" });
    const written = { namespace: "n", name: "r", uid: "u", phase: "stopped", legacyReplicas: 2 };
    assert.deepEqual(await readMigrationRecord(fake.cluster, place), written);

    await changeMigrationRecord(fake.cluster, place, { firstPass: "{}", stoppedAt: "2030-01-02T03:04:05.678Z" });
    const more = { ...written, firstPass: "{}", stoppedAt: "2030-01-02T03:04:05.678Z" };
    assert.deepEqual(await readMigrationRecord(fake.cluster, place), more);

    const nothing = { phase: null, legacyReplicas: null, firstPass: null, stoppedAt: null };
    await changeMigrationRecord(fake.cluster, place, nothing);
    assert.deepEqual(await readMigrationRecord(fake.cluster, place), { namespace: "n", name: "r", uid: "u" });
  });

  it("holds what a rollback writes", async () => {
    fake.objects.set(path, { metadata: { name: "r", uid: "u" } });
    const written = {
      ...{ rollback: "requested" as const, rollbackPhase: "writing" as const, carriedBack: "{}" },
      ...{ newTrident: "{}", rolledBack: "{}" },
    };
    await changeMigrationRecord(fake.cluster, place, written);
    assert.deepEqual(await readMigrationRecord(fake.cluster, place), {
      ...{ namespace: "n", name: "r", uid: "u" },
      ...written,
    });
  });

  it("is read once for all of its parts, whichever comes first", async () => {
    fake.objects.set(path, {
      metadata: { name: "r", uid: "u" },
      data: { phase: "copied", "restore.phase": "stopped" },
    });
    fake.requests.length = 0;
    const record = recordReadOnce(fake.cluster, place);
    assert.deepEqual(
      (await Promise.all([record("restore"), record(), record("move")])).map((each) => each?.phase),
      ["stopped", "copied", undefined],
    );
    assert.deepEqual(fake.requests, [`GET ${path}`]);
    fake.objects.delete(path);
    assert.equal(await recordReadOnce(fake.cluster, place)(), undefined);
  });

  it("with a value that the migration never writes is refused, naming the key", async () => {
    for (const [key, value] of [
      ["phase", "finished"],
      ["legacyReplicas", "many"],
      ["rollback", "perhaps"],
      ["rollbackPhase", "carried"],
    ] as const) {
      fake.objects.set(path, { metadata: { name: "r", uid: "u" }, data: { [key]: value } });
      await assert.rejects(readMigrationRecord(fake.cluster, place), {
        name: "MigrationRecordInvalidError",
        message: new RegExp(`under ${key}`),
      });
    }
  });

  it("without a usable result is refused, naming the key", () => {
    for (const result of [undefined, "", "null", "{", "{}"]) {
      const record = { namespace: "n", name: "r", uid: "u", phase: "copied" as const };
      assert.throws(() => recordedResult(result === undefined ? record : { ...record, result }), {
        name: "MigrationRecordInvalidError",
        message: /under result/,
      });
    }
  });
});
