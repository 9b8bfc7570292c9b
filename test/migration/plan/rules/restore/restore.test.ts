import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PlanRequest } from "../../../../../migration/plan/plan-request.ts";
import type { ReadableSnapshot } from "../../../../../migration/plan/read/plan-environment.ts";
import { copyMarkerText } from "../../../../../migration/record/copy-marker.ts";
import { waysToRestore } from "../../../../../migration/plan/rules/restore/ways-to-restore.ts";
import { snapshotOf } from "../../../restore/restore-scene.ts";
import { FakePlanEnvironment, smallState, threeMembers } from "../../scene/fake-plan-environment.ts";
import { lost, lostItsQuorum } from "../../scene/blocked/etcd.ts";
import { existingEtcd, planOf, type Arrange } from "../../scene/plan-scene.ts";
import { claimsPath, emptyRecord } from "../../scene/places.ts";
import { copiedRecord, recordedStack } from "../../scene/stacks.ts";

const file = "/snapshots/trident-etcd-trident-2026-01-02T030405.678Z.db";

function withSnapshot(entries: Readonly<Record<string, string>> = smallState, path = file): Arrange {
  return (environment) => environment.snapshots.set(path, readable(entries, path));
}

function readable(entries: Readonly<Record<string, string>>, path: string): ReadableSnapshot {
  return Object.assign(snapshotOf(entries, path), { savedAt: "2026-01-02T03:04:05.678Z", savedAtBy: "name" as const });
}

function plan(arrange: Arrange, change: Partial<PlanRequest> = {}) {
  return planOf(arrange, { migrate: false, restoreFrom: file, ...change });
}

const both =
  (...arrangements: readonly Arrange[]): Arrange =>
  (environment) => {
    for (const arrange of arrangements) arrange(environment);
  };

const kindsOf = ({ blockers }: Awaited<ReturnType<typeof plan>>) => blockers.map(({ kind }) => kind);

describe("a plan to restore", () => {
  it("tells of the snapshot, of what it holds, and that nobody knows what came after it", async () => {
    const { restore, blockers, steps, flow, serves } = await plan(withSnapshot());
    assert.deepEqual(blockers, []);
    assert.deepEqual([flow, serves], ["install", false]);
    assert.deepEqual([restore?.isDone, restore?.keys, restore?.counts?.volumes], [false, 5, 2]);
    assert.deepEqual(restore?.snapshot, {
      ...{ file, savedAt: "2026-01-02T03:04:05.678Z", savedAtBy: "name", etcdVersion: "3.4", revision: "6" },
    });
    assert.match(restore.loss ?? "", /is not known/);
    assert.deepEqual(
      steps.map(({ what }) => what.split(" ")[0]),
      ["Make", "Copy", "Start"],
    );
  });

  it("makes the lost etcd anew on the user's word, with Trident stopped, and says what is lost", async () => {
    const { restore, blockers, risks, steps } = await plan(
      both(lostItsQuorum, withSnapshot(), (environment) => {
        const seen = { etcdRevision: "16", etcdRevisionAt: "2026-01-02T03:05:05.678Z" };
        environment.record = { ...emptyRecord, etcdClusterId: "2", etcdHeldKeys: "true", ...seen };
      }),
      { abandonedEtcd: "2" },
    );
    assert.deepEqual(blockers, []);
    assert.equal(restore?.remakesEtcd, true);
    assert.match(restore.loss ?? "", /10 revisions that are known of, written in the 1 min 0 s after it/);
    assert.match(risks.join("\n"), /Etcd cluster 2, whose quorum is lost, is given up/);
    assert.deepEqual(
      steps.map(({ what, stops }) => `${what.split(" ")[0] ?? ""} ${stops}`),
      ["Stop Trident", "Delete Trident", "Copy Trident", "Start Trident"],
    );
  });

  it("keeps what a surviving member has as a file first, and says what that may lack", async () => {
    const change = { restoreFrom: "member", abandonedEtcd: "2" };
    const { restore, blockers, steps } = await plan(lostItsQuorum, change);
    assert.deepEqual(blockers, []);
    assert.match(restore?.loss ?? "", /last moments/);
    assert.match(steps[0]?.what ?? "", /^Keep what a surviving member has as a file under snapshots/);
    assert.deepEqual(kindsOf(await plan(lostItsQuorum, { ...change, snapshotDirectory: "" })), ["restoreBeside"]);
    const nobody = both(lostItsQuorum, (environment) => (environment.members = []));
    assert.deepEqual(kindsOf(await plan(nobody, change)), ["restoreSource"]);
  });

  it("takes what the claims of members have, where they keep their data on claims", async () => {
    const change = { restoreFrom: "member", abandonedEtcd: "2", memberStorage: { size: "4Gi", storageClass: "" } };
    const nobody = both(lostItsQuorum, (environment) => (environment.members = []));
    assert.ok(!kindsOf(await plan(nobody, change)).includes("restoreSource"));
    const { blockers } = await planOf(nobody, { migrate: false, memberStorage: change.memberStorage });
    const remedy = blockers.find(({ kind }) => kind === "quorumLost")?.remedy ?? "";
    assert.match(remedy, /restoreFrom: "member" \} {2}# what is on the members' claims/);
  });

  it("takes what is on the old Trident's claim, as long as that is there", async () => {
    const change = { restoreFrom: "legacyClaim", abandonedEtcd: "2" };
    const migrated: Arrange = (environment) => {
      lostItsQuorum(environment);
      environment.record = { ...copiedRecord, etcdClusterId: "2", etcdHeldKeys: "true" };
    };
    const withClaim = both(migrated, (environment) =>
      environment.objects.set(`${claimsPath}/trident`, { metadata: { name: "trident" } }),
    );
    assert.ok(kindsOf(await plan(migrated, change)).includes("restoreSource"));
    assert.ok(!kindsOf(await plan(withClaim, change)).includes("restoreSource"));
    const { blockers } = await planOf(withClaim, { migrate: false });
    assert.match(
      blockers.find(({ kind }) => kind === "quorumLost")?.remedy ?? "",
      /restoreFrom: "legacyClaim" \} {2}# PersistentVolumeClaim trident/,
    );
  });

  it("uses an emptied etcd as it is, and asks for no word: nothing is given up", async () => {
    const { blockers, restore } = await plan(
      both((environment) => {
        recordedStack(environment, {});
      }, withSnapshot()),
    );
    assert.deepEqual(blockers, []);
    assert.equal(restore?.remakesEtcd, false);
  });

  it("goes on with what a killed run has copied, and with nobody else's keys", async () => {
    const firstPass = copyMarkerText({
      ...{
        destinationClusterId: "2",
        destinationRevision: "1",
        empty: true,
        sourceClusterId: "s",
        sourceRevision: "6",
      },
    });
    const half = both((environment) => environment.withEtcdCluster({ "/trident/store": "{}" }), withSnapshot());
    const began = both(half, (environment) => {
      environment.restoreRecord = { ...emptyRecord, part: "restore", phase: "stopped", firstPass };
    });
    assert.deepEqual(kindsOf(await plan(began)), []);
    assert.deepEqual(kindsOf(await plan(half)), ["restoreOverKeys"]);
  });

  it("begins beside the claim of an old Trident, since the user has said which state it is to be", async () => {
    const beside = (environment: FakePlanEnvironment) => environment.withClaimAlone();
    const { blockers, risks } = await plan(both(beside, withSnapshot()));
    assert.deepEqual(blockers, []);
    assert.match(risks.join("\n"), /PersistentVolumeClaim trident has an old Trident's state, which is left as it is/);
    assert.deepEqual(kindsOf(await planOf(beside, { migrate: false })), ["legacyClaimPresent"]);
  });

  it("is refused for what can't be restored", async () => {
    assert.deepEqual(kindsOf(await plan(() => undefined)), ["restoreSource"]);
    assert.deepEqual(kindsOf(await plan(withSnapshot({ "/other/a": "x" }))), ["restoreSource"]);
    const { blockers, risks } = await plan(withSnapshot({ ...smallState, "/other/a": "x", "/trident/v1/txn/a": "{}" }));
    assert.deepEqual(blockers, []);
    assert.match(risks.join("\n"), /1 key beside Trident's.*copy --from-snapshot/);
    assert.match(risks.join("\n"), /1 transaction of Trident are open/);
    const broken = { ...smallState, "/trident/v1/volume/c": '{"Config":{},"backend":"gone"}' };
    assert.match((await plan(withSnapshot(broken))).risks.join("\n"), /volume c, backend gone/);
  });

  it("is refused beside whatever else is to bring the state", async () => {
    const legacy = (environment: FakePlanEnvironment) => environment.withLegacy();
    assert.ok(kindsOf(await plan(both(legacy, withSnapshot()), { migrate: true })).includes("restoreBeside"));
    const elsewhere = both((environment) => environment.withExistingEtcd(), withSnapshot());
    assert.ok(kindsOf(await plan(elsewhere, existingEtcd())).includes("restoreBeside"));
    const serving = both((environment) => {
      recordedStack(environment, smallState);
    }, withSnapshot());
    assert.deepEqual(kindsOf(await plan(serving)), ["restoreOverKeys"]);
  });

  it("needs the word that names the etcd which is given up", async () => {
    for (const abandonedEtcd of ["", "3"]) {
      assert.deepEqual(kindsOf(await plan(both(lostItsQuorum, withSnapshot()), { abandonedEtcd })), ["quorumLost"]);
      assert.deepEqual(kindsOf(await plan(both(lost, withSnapshot()), { abandonedEtcd })), ["lostEtcd"]);
    }
    assert.deepEqual(kindsOf(await plan(both(lost, withSnapshot()), { abandonedEtcd: "2" })), []);
  });

  it("deletes nothing while members may come", async () => {
    const starting = both(lostItsQuorum, withSnapshot(), (environment) => {
      environment.members = ["a", "b", "c"].map((pod) => ({ kind: "starting", pod, reason: "Pending" }));
    });
    assert.deepEqual(kindsOf(await plan(starting, { abandonedEtcd: "2" })), ["quorumLost"]);
  });
});

describe("a plan to restore what can't be", () => {
  it("names the claim that is not there", async () => {
    const { blockers } = await plan(() => undefined, { restoreFrom: "claim:newest", restoreClaim: "kept" });
    const [{ kind, object, remedy } = { kind: "", object: "", remedy: "" }] = blockers;
    assert.deepEqual([kind, object], ["restoreSource", "PersistentVolumeClaim/kept"]);
    assert.match(remedy, /snapshotClaim/);
  });

  it("reads the file also where the namespace is only to be made", async () => {
    const missing: Arrange = (environment) => (environment.hasNamespace = false);
    const { blockers } = await plan(missing, { createNamespace: true });
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["restoreSource"],
    );
  });

  it("counts every key of an etcd alone", async () => {
    const other: Arrange = (environment) => {
      recordedStack(environment, { "/other/key": "1" });
    };
    const { blockers } = await plan(both(other, withSnapshot()), { trident: false });
    assert.ok(
      blockers.some(({ kind, message }) => kind === "restoreOverKeys" && /1 key\b/.test(message)),
      JSON.stringify(blockers),
    );
  });
});

describe("a plan after a restore", () => {
  const result = JSON.stringify({
    ...{ from: file, file, sha256: "aa", destinationClusterId: "2", finishedAt: "2026-01-02T04:00:00.000Z" },
  });
  const restored: Arrange = (environment) => {
    recordedStack(environment, smallState);
    environment.restoreRecord = { ...emptyRecord, part: "restore", phase: "copied", result };
  };

  it("says that it is not done again, and by what the setting goes", async () => {
    const { restore, blockers, risks } = await plan(both(restored, withSnapshot()));
    assert.deepEqual(blockers, []);
    assert.deepEqual([restore?.isDone, restore?.finishedAt], [true, "2026-01-02T04:00:00.000Z"]);
    assert.match(risks.join("\n"), /is not restored again: .*restoreFrom: undefined/);
  });

  it("refuses another snapshot while there are keys", async () => {
    const other = "/snapshots/other.db";
    const { blockers } = await plan(both(restored, withSnapshot(smallState, other)), { restoreFrom: other });
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["restoreOverKeys"],
    );
  });

  it("has a half copy ended from where it was begun, and names the way to another source", async () => {
    const other = "/snapshots/other.db";
    const began: Arrange = (environment) => {
      recordedStack(environment, smallState);
      const source = JSON.stringify({ from: file, file, sha256: "aa" });
      const firstPass = copyMarkerText({
        ...{ destinationClusterId: "2", destinationRevision: "1", empty: true },
        ...{ sourceClusterId: "snapshot-0123", sourceRevision: "6" },
      });
      environment.restoreRecord = { ...emptyRecord, part: "restore", phase: "stopped", source, firstPass };
    };
    const refused = await plan(both(began, withSnapshot(smallState, other)), { restoreFrom: other });
    assert.deepEqual(kindsOf(refused), ["restoreUnfinished"]);
    assert.match(refused.blockers[0]?.remedy ?? "", /delete etcdcluster trident-etcd\n {2}pulumi up --refresh/);
    assert.deepEqual(kindsOf(await plan(both(began, withSnapshot()))), []);
  });

  it("has one that was killed ended, also where nothing is asked for any more", async () => {
    const began: Arrange = (environment) => {
      environment.withEtcdCluster();
      environment.members = threeMembers();
      const source = JSON.stringify({ from: file, file, sha256: "aa" });
      environment.restoreRecord = { ...emptyRecord, part: "restore", phase: "stopped", source };
    };
    const { blockers } = await planOf(began, { migrate: false });
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["restoreUnfinished"],
    );
    assert.match(blockers[0]?.remedy ?? "", new RegExp(`restoreFrom: "${file}"`));
  });
});

describe("a lost etcd", () => {
  it("is said to be restored from the first that there is, each with what it lacks", async () => {
    const arrange = both(lostItsQuorum, withSnapshot());
    const { blockers } = await planOf(arrange, { migrate: false });
    const remedy = blockers.find(({ kind }) => kind === "quorumLost")?.remedy ?? "";
    const lines = remedy.split("\n").map((line) => line.trim());
    const from = lines.indexOf("To bring the state back from the first of these that there is (docs/lost-etcd.md):");
    assert.deepEqual(lines.slice(from + 1, from + 5), [
      '{ abandonedEtcd: "2" }',
      '{ restoreFrom: "member" }  # what trident-etcd-a has: it may lack what was written in the last moments before the loss',
      `# or { restoreFrom: "${file}" }  # the newest snapshot that is kept here: what was written since 2026-01-02T03:04:05.678Z is lost`,
      "pulumi up",
    ]);
  });

  it("may be restored from the newest that the schedule is known to have saved", () => {
    const lines = waysToRestore(
      { clusterId: "2" },
      { scheduled: { file: "trident-etcd-trident-2026-01-02T030405Z.db", savedAt: "2026-01-02T03:04:05.000Z" } },
      "pulumi up",
    );
    assert.match(
      lines.join("\n"),
      /or \{ restoreFrom: "claim:trident-etcd-\S+\.db" \} {2}# of the schedule: what was written since/,
    );
  });
});
