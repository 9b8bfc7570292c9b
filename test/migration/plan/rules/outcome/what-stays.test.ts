import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import { keyPrefix } from "../../../../../migration/copy/store/key-range.ts";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import { planWhatStays } from "../../../../../migration/plan/rules/outcome/what-stays.ts";

const facts = {
  flow: "migrate",
  namespace: "storage",
  legacyDeployment: "trident",
  destination: {
    kind: "managed" as const,
    namespace: "storage",
    etcdCluster: "trident-etcd",
    clientSecret: "etcd-client-tls",
  },
  prefix: keyPrefix("/trident/"),
  record: "trident-etcd-migration",
  snapshotDirectory: "snapshots",
  claim: { name: "trident", volume: "pvc-1" },
  legacy: { claim: "trident", volume: "pvc-1", serviceAccount: "trident" },
  crd: "own",
  apis: newestApis,
} as const;

describe("what stays", () => {
  it("of the old Trident is its claim and volume, its permissions and the snapshot", () => {
    const { staysBehind } = planWhatStays(facts);
    assert.equal(
      staysBehind[0],
      "PersistentVolumeClaim trident and PersistentVolume pvc-1, with the old Trident's last state",
    );
    assert.equal(staysBehind.length, 3);
  });

  it("on the claim is what a later Trident would be upgraded from: a rollback comes before that, where there is one", () => {
    for (const flow of ["migrate", "resume", "migrated"] as const) {
      const { beforeAnUpgrade = "" } = planWhatStays({ ...facts, flow });
      assert.match(
        inSettings(beforeAnUpgrade),
        /PersistentVolumeClaim trident .*19\.07.*pulumi config set rollback true.*pulumi up/,
      );
    }
    const uninstalled = planWhatStays({ ...facts, legacy: { claim: "trident" } });
    assert.match(
      uninstalled.beforeAnUpgrade ?? "",
      /19\.07 or later, see what there is to do \(docs\/after-19\.04\.md\)/,
    );
    for (const flow of ["install", "installed", "rollback", "rolledBack"] as const) {
      assert.equal(planWhatStays({ ...facts, flow }).beforeAnUpgrade, undefined);
    }
  });

  it("of an existing etcd is Trident's state, with the command that removes it; destroy takes only the Secrets", () => {
    const endpoints = ["https://etcd.example.com:2379"];
    const destination = { kind: "existing" as const, namespace: "storage", endpoints, clientSecret: "etcd-client-tls" };
    for (const flow of ["install", "migrate"] as const) {
      const { destroyKeeps, destroyRemoves } = planWhatStays({ ...facts, destination, flow });
      const stays = destroyKeeps.find(({ what }) => what.includes("Trident's state under /trident/"));
      assert.match(stays?.command ?? "", /etcdctl .* del --prefix \/trident\/$/);
      assert.ok(destroyRemoves.includes("Secret etcd-client-tls, for the existing etcd"));
      assert.ok(!destroyRemoves.some((removed) => /EtcdCluster|operator/.test(removed)));
    }
    const rollback = planWhatStays({ ...facts, destination, flow: "rollback" });
    assert.ok(rollback.staysBehind.includes("the old etcd's snapshot, under snapshots"));
  });

  it("is said of a finished migration, whose claim is no longer named by a Deployment", () => {
    const { staysBehind } = planWhatStays({ ...facts, flow: "migrated", claim: undefined, snapshotDirectory: "" });
    assert.match(staysBehind[0] ?? "", /the old Trident's PersistentVolumeClaim and its volume/);
    assert.equal(staysBehind.length, 2);
  });

  it("of a rollback is the stack without a Trident, which destroy removes; the old Trident serves on", () => {
    for (const flow of ["rollback", "rolledBack"] as const) {
      const { staysBehind, destroyRemoves } = planWhatStays({ ...facts, flow });
      assert.ok(staysBehind.includes("the snapshots of both etcds, under snapshots"));
      assert.ok(!destroyRemoves.some((removed) => removed.startsWith("Deployment")));
    }
    assert.ok(
      !planWhatStays({ ...facts, flow: "rollback", snapshotDirectory: "" })
        .staysBehind.join()
        .includes("snapshot"),
    );
  });

  it("of an installation is nothing, and destroy removes what the stack made", () => {
    const { staysBehind, destroyRemoves } = planWhatStays({
      ...facts,
      flow: "install",
      claim: undefined,
      legacy: undefined,
    });
    assert.deepEqual(staysBehind, []);
    assert.ok(
      destroyRemoves.includes(
        "EtcdCluster trident-etcd with its members, and so the state in it, of which a last snapshot is saved under snapshots",
      ),
    );
    assert.ok(!destroyRemoves.some((removed) => removed.includes("ConfigMap")));
  });

  it("of a cluster with somebody else's definition of EtcdCluster is that: destroy does not remove it", () => {
    const { destroyRemoves } = planWhatStays({ ...facts, crd: "existing" });
    assert.ok(destroyRemoves.includes("the etcd-operator and its permissions"));
  });
});
