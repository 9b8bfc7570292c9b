import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { threeMembers } from "../plan/scene/fake-plan-environment.ts";
import { lastKnownOf } from "../../../migration/restore/last-known.ts";
import { describeLoss, knownLoss } from "../../../migration/restore/what-is-lost.ts";

const record = {
  namespace: "trident",
  name: "r",
  uid: "u",
  etcdRevision: "120",
  etcdRevisionAt: "2026-01-02T04:00:00.000Z",
};
const snapshot = { revision: 100n, savedAt: "2026-01-02T03:00:00.000Z" };

describe("what a restore loses", () => {
  it("is what the record knows that the etcd had after the snapshot", () => {
    const last = lastKnownOf(record);
    const loss = knownLoss(snapshot, last);
    assert.deepEqual(loss, { lostRevisions: 20, lostSeconds: 3600 });
    assert.match(
      describeLoss(loss, last),
      /20 revisions that are known of, written in the 1 h 0 min after it: .* revision 120/,
    );
  });

  it("counts what a member of that etcd tells of as well, of which nobody knows when it was written", () => {
    const [member] = threeMembers({ clusterId: "7", revision: 150n });
    assert.ok(member);
    const last = lastKnownOf({ ...record, etcdClusterId: "7" }, [member]);
    assert.deepEqual(knownLoss(snapshot, last), { lostRevisions: 50 });
    assert.match(
      describeLoss({ lostRevisions: 50 }, last),
      /50 revisions that are known of: trident-etcd-a has revision 150\./,
    );
    assert.equal(lastKnownOf({ ...record, etcdClusterId: "8" }, [member])?.revision, 120n);
    assert.equal(lastKnownOf({ ...record, etcdClusterId: "7", etcdRevision: "151" }, [member])?.revision, 151n);
  });

  it("counts what a snapshot by schedule tells of that is later than the last look", () => {
    const scheduled = { file: "newer.db", savedAt: new Date("2026-01-02T05:00:00.000Z"), revision: "142" };
    const last = lastKnownOf(record, [], scheduled);
    assert.deepEqual(knownLoss(snapshot, last), { lostRevisions: 42, lostSeconds: 7200 });
    assert.match(describeLoss(knownLoss(snapshot, last), last), /snapshot newer\.db has revision 142/);
    const earlier = { ...scheduled, savedAt: new Date("2026-01-02T03:59:00.000Z") };
    assert.equal(lastKnownOf(record, [], earlier)?.revision, 120n);
    assert.equal(lastKnownOf(undefined, [], scheduled), undefined);
  });

  it("is said not to be known where nothing later was ever seen", () => {
    assert.equal(lastKnownOf(undefined), undefined);
    assert.equal(lastKnownOf({ ...record, etcdRevision: "a lot" }), undefined);
    assert.deepEqual(knownLoss(snapshot, undefined), {});
    assert.match(describeLoss({}, undefined), /is not known/);
  });

  it("is what was written since a migration, of an etcd whose revisions tell nothing of the lost one's", () => {
    const last = lastKnownOf(record);
    const loss = knownLoss({ ...snapshot, savedAtBy: "migration" }, last);
    assert.deepEqual(loss, { lostSeconds: 3600 });
    assert.match(describeLoss(loss, last, "migration"), /since the migration is lost: 1 h 0 min until the last look/);
  });

  it("is nothing that is known of where the snapshot is newer than the last look", () => {
    const last = lastKnownOf(record);
    const loss = knownLoss({ revision: 130n, savedAt: "2026-01-02T05:00:00.000Z" }, last);
    assert.deepEqual(loss, { lostRevisions: 0, lostSeconds: 0 });
    assert.match(describeLoss(loss, last), /Nothing is known to be lost.*what came later is not known/);
  });
});
