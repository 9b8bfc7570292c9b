import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import type { FakePlanEnvironment } from "../scene/fake-plan-environment.ts";
import { existingEtcd, planOf, type Arrange } from "../scene/plan-scene.ts";
import { deploymentPath } from "../scene/places.ts";
import { MemoryStore } from "../../copy/memory-store.ts";
import { tridentOn } from "../../trident/moving/moved-scene.ts";

const recordOf = (change: object) => ({ namespace: "trident", name: "trident-etcd-migration", uid: "u", ...change });
const moving = { ...existingEtcd("https://new:2379"), migrate: false, movedFromEtcd: "11", ownEtcd: "trident-etcd" };

describe("the plan of a move from one etcd to another", () => {
  it("tells where from and where to, what there is to move, and for how long Trident is away", async () => {
    const plan = await planOf(onOld, moving);
    assert.deepEqual(plan.blockers, []);
    assert.equal(plan.flow, "move");
    assert.deepEqual(plan.move, {
      etcd: "the etcd at https://old:2379",
      of: "installed",
    });
    assert.deepEqual(plan.formerEtcd, {
      ...{ namespace: "trident", endpoints: ["https://old:2379"], clientSecret: "etcd-client-tls" },
      ...{ reach: "auto", gatewayImage: "quay.io/coreos/etcd:v3.4.22" },
    });
    const kept = plan.destroyKeeps.map(({ what }) => what).join();
    assert.match(
      kept,
      /https:\/\/new:2379, with Trident's state.*https:\/\/old:2379, from which Trident is or was moved/,
    );
    assert.equal(plan.state?.keys, 2);
    assert.ok((plan.outageEstimateSeconds ?? 0) > 0);
    assert.deepEqual(plan.staysBehind, [
      "the etcd at https://old:2379, with the keys as they were when Trident left it",
    ]);
    assert.equal(plan.legacy, undefined);
  });

  it("finds the stack's own etcd by the Service that Trident's Deployment names, and says that it is deleted", async () => {
    const plan = await planOf(onEtcd("https://trident-etcd-client:2379"), moving);
    const own = { namespace: "trident", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" };
    assert.deepEqual(plan.formerEtcd, own);
    assert.match(
      plan.steps.at(-1)?.what ?? "",
      /then delete EtcdCluster trident-etcd, of which a last snapshot is saved/,
    );
    assert.deepEqual(plan.staysBehind, []);
  });

  it("is refused where Trident's state is recorded in another etcd than the one that is named", async () => {
    const plan = await planOf((environment) => {
      onOld(environment);
      environment.record = recordOf({ etcdClusterId: "99", etcdHeldKeys: "true" });
    }, moving);
    assert.deepEqual(kinds(plan), ["movedFromOther"]);
    assert.match(plan.blockers[0]?.remedy ?? "", /movedFromEtcd: "99"/);
  });

  it("is refused where there is no Trident of this program's, and where no etcd is recorded as its own", async () => {
    const none = await planOf((environment) => {
      environment.record = recordOf({ etcdClusterId: "11" });
      environment.destination = new MemoryStore("the new etcd", "22");
    }, moving);
    assert.deepEqual(kinds(none), ["nothingToMove"]);
    const unrecorded = await planOf((environment) => {
      onOld(environment);
      environment.record = undefined;
    }, moving);
    assert.deepEqual(kinds(unrecorded), ["nothingToMove"]);
  });

  it("takes a migration's permissions, the lock among them", async () => {
    const plan = await planOf((environment) => {
      onOld(environment);
      environment.denied.add("create coordination.k8s.io/leases");
    }, moving);
    assert.deepEqual(kinds(plan), ["missingPermissions"]);
  });

  it("is refused while the new etcd holds other keys", async () => {
    const plan = await planOf((environment) => {
      onOld(environment);
      environment.destination = new MemoryStore("the new etcd", "22", { "/trident/other": "theirs" });
    }, moving);
    assert.deepEqual(kinds(plan), ["foreignKeys"]);
  });

  it("is done once the record says that Trident came from there: the setting may stay", async () => {
    const plan = await planOf((environment) => {
      onEtcd("https://new:2379")(environment);
      environment.record = recordOf({ etcdClusterId: "22", etcdHeldKeys: "true", movedFromEtcd: "11" });
      environment.destination = new MemoryStore("the new etcd", "22", { "/trident/store": "{}" });
    }, moving);
    assert.deepEqual(plan.blockers, []);
    assert.equal(plan.flow, "installed");
    assert.equal(plan.move, undefined);
  });

  it("says that an earlier run began it, and refuses to forget about that when the setting is gone", async () => {
    const legacyDeployment = JSON.stringify(tridentOn("https://old:2379"));
    const stopped = recordOf({ phase: "stopped", part: "move", legacyDeployment });
    const resumed = await planOf((environment) => {
      onOld(environment);
      environment.moveRecord = stopped;
    }, moving);
    assert.match(resumed.why, /an earlier run began it and did not end/);
    const forgotten = await planOf(
      (environment) => {
        onOld(environment);
        environment.moveRecord = stopped;
        environment.destination = environment.source;
      },
      { ...existingEtcd("https://old:2379"), migrate: false },
    );
    assert.deepEqual(kinds(forgotten), ["moveUnfinished"]);
    assert.match(forgotten.blockers[0]?.remedy ?? "", /movedFromEtcd: "11".*--replicas 1/s);
  });

  it("leaves it to the run whose state is newer, where one was killed once Trident was on the new etcd", async () => {
    const plan = await planOf((environment) => {
      killedOnNew(environment);
      environment.destination = new MemoryStore("the new etcd", "22", { "/trident/v1/volume/new": "written since" });
    }, moving);
    assert.deepEqual(plan.blockers, []);
    assert.deepEqual([plan.flow, plan.outageEstimateSeconds, plan.state], ["move", undefined, undefined]);
    assert.match(plan.risks.join(), /whose state is the newest is found out by this one/);
  });

  it("goes on nowhere else from there: another etcd is refused until the move has ended", async () => {
    const elsewhere = { ...existingEtcd("https://third:2379"), migrate: false, movedFromEtcd: "11" };
    const plan = await planOf(killedOnNew, elsewhere);
    assert.deepEqual(kinds(plan), ["moveUnfinished"]);
  });

  it("says to whoever names the same etcd by another name that this needs no move", async () => {
    const plan = await planOf((environment) => {
      onOld(environment);
      environment.destination = new MemoryStore("the same etcd", "11", { "/trident/store": "{}" });
    }, moving);
    assert.deepEqual(kinds(plan), ["sameCluster"]);
    assert.match(plan.blockers[0]?.remedy ?? "", /movedFromEtcd: undefined/);
  });

  it("is named, with the id, to whoever only names another etcd", async () => {
    const plan = await planOf(onOld, { ...existingEtcd("https://new:2379"), migrate: false });
    const remedies = plan.blockers.map(({ remedy }) => remedy).join("\n");
    assert.match(remedies, /To move it with its state to the etcd at https:\/\/new:2379: `\{ movedFromEtcd: "11" \}`/);
  });
});

const onOld: Arrange = (environment) => {
  onEtcd("https://old:2379")(environment);
};

function onEtcd(url: string): (environment: FakePlanEnvironment) => void {
  return (environment) => {
    environment.objects.set(deploymentPath, tridentOn(url) as unknown as ServedObject);
    environment.record = recordOf({ etcdClusterId: "11", etcdHeldKeys: "true" });
    environment.source = new MemoryStore("the old etcd", "11", {
      "/trident/store": "{}",
      "/trident/v1/storageclass/gold": JSON.stringify({ config: { name: "gold" } }),
    });
    environment.destination = new MemoryStore("the new etcd", "22");
    environment.reached = "directly";
  };
}

function killedOnNew(environment: FakePlanEnvironment): void {
  onOld(environment);
  const annotations = { "trident-etcd/replicas-before-migration": "1" };
  environment.objects.set(deploymentPath, tridentOn("https://new:2379", { annotations }) as unknown as ServedObject);
  const legacyDeployment = JSON.stringify(tridentOn("https://old:2379"));
  environment.moveRecord = recordOf({ phase: "stopped", part: "move", legacyDeployment });
}

function kinds({ blockers }: Awaited<ReturnType<typeof planOf>>): string[] {
  return blockers.map(({ kind }) => kind);
}
