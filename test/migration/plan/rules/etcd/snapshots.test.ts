import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1CronJob, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { SnapshotFacts } from "../../../../../migration/plan/read/snapshots.ts";
import {
  checkSnapshots,
  keptSnapshotClaim,
  planSnapshots,
} from "../../../../../migration/plan/rules/etcd/snapshots.ts";

const now = new Date("2026-11-30T16:00:00Z");
const wanted = { schedule: "17 * * * *", keep: 14, keepDays: 30, storageSize: "10Gi", storageClass: "" };
const request = { namespace: "storage", snapshots: wanted };
const nothing: SnapshotFacts = {
  claimName: "db-snapshots",
  storage: { claim: undefined, volume: undefined, storageClass: undefined },
  lacksClass: false,
  cronJob: undefined,
  runs: [],
};

function minutesAgo(minutes: number): Date {
  return new Date(now.getTime() - minutes * 60_000);
}

function saved(minutes: number): SnapshotFacts["runs"][number] {
  const at = minutesAgo(minutes);
  const file = `trident-etcd-storage-${at.toISOString().replaceAll(":", "")}.db`;
  return { outcome: "saved", at, savedAt: at, file, revision: "77", keys: 12, bytes: 4128, hash: 2041 };
}

function failed(minutes: number, reason = "no space left on device"): SnapshotFacts["runs"][number] {
  return { outcome: "failed", at: minutesAgo(minutes), reason };
}

function cronJob(minutes: number, suspend = false): V1CronJob {
  const spec = { suspend } as V1CronJob["spec"] & object;
  return { metadata: { name: "db-snapshots", creationTimestamp: minutesAgo(minutes) }, spec };
}

function risksOf(facts: Partial<SnapshotFacts>, snapshots = wanted): string[] {
  const { risks, blockers } = checkSnapshots({ ...request, snapshots }, { snapshots: { ...nothing, ...facts }, now });
  assert.deepEqual(blockers, []);
  return risks.map(({ message }) => message);
}

function blockersOf(facts: Partial<SnapshotFacts>, change: object = {}): string[] {
  const asked = { ...request, ...change };
  return checkSnapshots(asked, { snapshots: { ...nothing, ...facts }, now }).blockers.map(
    ({ kind, object, message, remedy }) => {
      assert.ok(message !== "" && remedy !== "");
      return `${kind} ${object}`;
    },
  );
}

function ofClaim(claim: V1PersistentVolumeClaim): Partial<SnapshotFacts> {
  return { storage: { ...nothing.storage, claim } };
}

describe("snapshots by schedule, as the plan has them", () => {
  it("say onto which claim, how many stay, and which is the last good one", () => {
    const runs = [failed(10), saved(43), saved(103)];
    const plan = planSnapshots(request, { snapshots: { ...nothing, runs }, now });
    const name = "trident-etcd-storage-2026-11-30T151700.000Z.db";
    assert.deepEqual(plan, {
      ...{ claim: "db-snapshots", schedule: "17 * * * *", keep: 14, keepDays: 30, makesClaim: true },
      last: { name, at: "2026-11-30T15:17:00.000Z", revision: "77", bytes: 4128 },
      lastFailure: { at: "2026-11-30T15:50:00.000Z", reason: "no space left on device" },
    });
  });

  it("make no claim where one is named or there, and have no failure after which all was well again", () => {
    const there = { ...nothing, ...ofClaim({}), runs: [saved(43), failed(50)] };
    const plan = planSnapshots(request, { snapshots: there, now });
    assert.deepEqual([plan?.makesClaim, plan?.lastFailure], [undefined, undefined]);
    const given = planSnapshots(
      { ...request, snapshots: { ...wanted, claim: "mine" } as never },
      { snapshots: nothing, now },
    );
    assert.equal(given?.makesClaim, undefined);
  });

  it("are no more than a claim where there is no schedule any more, which stays after a destroy", () => {
    const plan = planSnapshots({ namespace: "storage" }, { snapshots: { ...nothing, ...ofClaim({}) }, now });
    assert.deepEqual(plan, { claim: "db-snapshots" });
    assert.equal(planSnapshots({ namespace: "storage" }, { snapshots: undefined, now }), undefined);
    const [kept] = keptSnapshotClaim("storage", plan);
    assert.equal(kept?.command, "kubectl --namespace storage delete persistentvolumeclaim db-snapshots");
    assert.deepEqual(keptSnapshotClaim("storage", undefined), []);
  });
});

describe("the risks of a schedule", () => {
  it("are none before it is there, while it is young, and while it does what it is for", () => {
    assert.deepEqual(risksOf({}), []);
    assert.deepEqual(risksOf({ cronJob: cronJob(100) }), []);
    assert.deepEqual(risksOf({ cronJob: cronJob(9999), runs: [saved(119)] }), []);
  });

  it("are that the last good one is older than two intervals, with the reason", () => {
    const [risk = "", another] = risksOf({ cronJob: cronJob(9999), runs: [failed(3), saved(121)] });
    assert.equal(another, undefined);
    assert.match(
      risk,
      /^The last good snapshot of etcd on PersistentVolumeClaim db-snapshots, trident-etcd-storage-\S+\.db, is 2 h 1 min old/,
    );
    assert.match(
      risk,
      /more than two intervals of its schedule \(17 \* \* \* \*\)\. The last run failed: no space left on device\./,
    );
  });

  it("are that none was ever made after two intervals", () => {
    assert.match(
      risksOf({ cronJob: cronJob(121) })[0] ?? "",
      /^No snapshot of etcd is known to have been saved since CronJob db-snapshots/,
    );
  });

  it("are that the last run failed, and that it is suspended", () => {
    assert.match(
      risksOf({ cronJob: cronJob(9999), runs: [failed(3), saved(43)] })[0] ?? "",
      /^No snapshot of etcd was saved at 2026-11-30T15:57/,
    );
    assert.match(risksOf({ cronJob: cronJob(10, true) })[0] ?? "", /^CronJob db-snapshots is suspended/);
  });

  it("are that the claim is smaller than what is asked for, since it is used as it is", () => {
    const has = (storage: string) => ofClaim({ spec: { resources: { requests: { storage } } } });
    assert.match(risksOf(has("5Gi"))[0] ?? "", /has 5Gi and is used as it is, though 10Gi is asked for/);
    assert.deepEqual(risksOf(has("10Gi")), []);
    assert.deepEqual(risksOf(has("20Gi")), []);
  });

  it("don't depend on a schedule that this program can't read", () => {
    assert.deepEqual(risksOf({ cronJob: cronJob(9999) }, { ...wanted, schedule: "@hourly" }), []);
  });
});

describe("what keeps a schedule from being made", () => {
  it("is storage of Trident's own, unless the etcd stands alone", () => {
    const storageClass = { metadata: { name: "gold" }, provisioner: "netapp.io/trident" };
    const facts = { storage: { ...nothing.storage, storageClass } };
    assert.deepEqual(blockersOf(facts), ["dependentStorage StorageClass/gold"]);
    assert.deepEqual(blockersOf(facts, { trident: false }), []);
  });

  it("is a claim that is not there, or can't be written to", () => {
    const mine = { snapshots: { ...wanted, claim: "mine" } };
    const missing = ["snapshotClaim PersistentVolumeClaim/mine"];
    assert.deepEqual(blockersOf({ claimName: "mine" }, mine), missing);
    for (const claim of [
      { metadata: { deletionTimestamp: now } },
      { status: { phase: "Lost" }, spec: { volumeName: "pv1" } },
      { spec: { accessModes: ["ReadOnlyMany"] } },
      { spec: { volumeMode: "Block" } },
    ]) {
      assert.deepEqual(blockersOf({ claimName: "mine", ...ofClaim(claim) }, mine), missing);
    }
    for (const phase of ["Pending", "Bound"]) {
      const usable = ofClaim({ status: { phase }, spec: { accessModes: ["ReadWriteOnce"] } });
      assert.deepEqual(blockersOf({ claimName: "mine", ...usable }, mine), []);
    }
  });

  it("is a class that is not there", () => {
    const gold = { snapshots: { ...wanted, storageClass: "gold" } };
    assert.deepEqual(blockersOf({ lacksClass: true }, gold), ["snapshotClaim StorageClass/gold"]);
  });
});
