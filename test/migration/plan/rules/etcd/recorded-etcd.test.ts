import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import { keyPrefix } from "../../../../../migration/copy/store/key-range.ts";
import { checkRecordedEtcd, type RecordedEtcdFacts } from "../../../../../migration/plan/rules/etcd/recorded-etcd.ts";
import { told } from "../told.ts";

const own = {
  kind: "managed" as const,
  namespace: "trident",
  etcdCluster: "trident-etcd",
  clientSecret: "etcd-client-tls",
};
const existing = { kind: "existing" as const, namespace: "trident", endpoints: ["https://etcd.example.com:2379"] };
const recorded = { clusterId: "12", heldKeys: true };

describe("the etcd that Trident's state is recorded in", () => {
  it("is the one that is there, with its keys", () => {
    assert.deepEqual(check({}), { blockers: [], risks: [] });
  });

  for (const [what, kind, change] of [
    ["was deleted", "lostEtcd", { exists: false, clusterId: undefined, keys: undefined }],
    ["was made anew under the same URL", "otherEtcd", { clusterId: "34", keys: 0 }],
    ["is another one with another Trident's keys", "otherEtcd", { clusterId: "34", keys: 7, destination: existing }],
    ["was emptied", "emptiedEtcd", { keys: 0 }],
  ] as const) {
    it(`blocks when it ${what}`, () => {
      for (const flow of ["installed", "migrated", "install"] as const) {
        const { blockers } = check({ ...change, flow });
        assert.deepEqual(
          blockers.map((blocker) => blocker.kind),
          [kind],
        );
        assert.match(blockers[0]?.message ?? "", /recorded in etcd cluster 12/);
        const remedy = inSettings(blockers[0]?.remedy ?? "");
        assert.match(remedy, /^Find out who did it\.\n[^]*pulumi config set abandonedEtcd 12\n/);
      }
    });

    it(`does not block when it ${what} and is given up by its id, which is a risk all the same`, () => {
      const { blockers, risks } = check({ ...change, abandonedEtcd: "12" });
      assert.deepEqual(blockers, []);
      assert.match(risks[0] ?? "", /It is given up, as was asked for/);
      assert.equal(check({ ...change, abandonedEtcd: "11" }).blockers.length, 1);
    });
  }

  it("blocks, too, when the state was migrated and only Trident is still to be started", () => {
    const lost = { flow: "resume", exists: false, clusterId: undefined } as const;
    assert.equal(check({ ...lost, isCopied: true }).blockers[0]?.kind, "lostEtcd");
    assert.deepEqual(check({ ...lost, isCopied: false }), { blockers: [], risks: [] });
  });

  it("may be another one, or empty, where it has held no key or a rollback has emptied it", () => {
    const held = { recorded: { clusterId: "12", heldKeys: false } };
    assert.deepEqual(check({ ...held, clusterId: "34", keys: 0 }).blockers, []);
    assert.deepEqual(check({ ...held, exists: false, clusterId: undefined }).blockers, []);
    for (const flow of ["migrate", "rollback", "rolledBack"] as const) {
      assert.deepEqual(check({ flow, keys: 0 }), { blockers: [], risks: [] });
    }
  });

  it("is not checked by one that can't be asked, and not before anything is recorded", () => {
    assert.deepEqual(check({ clusterId: undefined, keys: undefined }), { blockers: [], risks: [] });
    assert.deepEqual(check({ recorded: undefined, exists: false, clusterId: undefined }), { blockers: [], risks: [] });
  });

  it("is deleted by none of the commands that are advised while another one is there", () => {
    assert.doesNotMatch(check({ clusterId: "34", keys: 0 }).blockers[0]?.remedy ?? "", /delete etcdcluster/);
  });

  it("is named by a setting that can be removed once another one is in use, and is dangerous before", () => {
    assert.match(
      inSettings(check({ abandonedEtcd: "11" }).risks[0] ?? ""),
      /does not use any more. `pulumi config rm abandonedEtcd`/,
    );
    assert.match(
      inSettings(check({ abandonedEtcd: "12" }).risks[0] ?? ""),
      /which is in use.*`pulumi config rm abandonedEtcd`/,
    );
  });
});

function check(change: Partial<RecordedEtcdFacts>) {
  const found = checkRecordedEtcd({
    ...{ flow: "installed", isCopied: false, destination: own, recorded, exists: true, clusterId: "12", keys: 5 },
    ...{ prefix: keyPrefix("/trident/"), abandonedEtcd: "", whenLost: "Find out who did it." },
    ...change,
  });
  return told(found, "state");
}
