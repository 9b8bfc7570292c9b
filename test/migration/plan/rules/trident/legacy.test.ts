import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { emptyRecord } from "../../scene/places.ts";
import { planOf } from "../../scene/plan-scene.ts";
import { migratedStack } from "../../scene/stacks.ts";

describe("the legacy Trident in the plan", () => {
  it("that was uninstalled is planned with the images that are tried on its claim, and its risks are told", async () => {
    const { legacy, state, blockers, risks } = await planOf((environment) => environment.withClaimAlone());
    assert.equal(legacy?.isUninstalled, true);
    assert.equal(legacy.triedEtcdImages?.length, 3);
    assert.equal(state, undefined);
    assert.deepEqual(blockers, []);
    const [unasked = "", older = ""] = risks.filter((risk) => risk.includes("PersistentVolumeClaim trident"));
    assert.match(unasked, /^No Trident runs that could be asked/);
    assert.match(
      older,
      /as its last Trident left it.*a snapshot of that stack's etcd, such as those under snapshots\.$/,
    );
  });

  it("that was uninstalled has keys in the way, unless an interrupted copy has left them", async () => {
    const entries = { "/trident/v1/volume/a": "{}" };
    const { blockers } = await planOf((environment) => environment.withClaimAlone().withEtcdCluster(entries));
    assert.deepEqual(
      blockers.map(({ kind }) => kind),
      ["foreignKeys"],
    );
    const resumed = await planOf((environment) => {
      environment.withClaimAlone().withEtcdCluster(entries).record = { ...emptyRecord, firstPass: "{}" };
    });
    assert.ok(!resumed.blockers.some(({ kind }) => kind === "foreignKeys"));
  });

  it("whose etcd does not run has no state yet", async () => {
    const { legacy, state, risks } = await planOf((environment) => (environment.withLegacy().source = undefined));
    assert.equal(legacy?.etcdVersion, "3.3.12");
    assert.equal(state, undefined);
    assert.ok(risks.some((risk) => risk.startsWith("The old Trident's etcd does not run now: ")));
  });

  it("of a rollback is the one that is put back, with the state that is carried back to it", async () => {
    const { legacy, state } = await planOf(migratedStack, { rollback: true });
    assert.deepEqual([legacy?.deployment, legacy?.claim.name], ["trident", "trident"]);
    assert.deepEqual([state?.keys, state?.clusterId], [6, "2"]);
  });
});
