import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newEtcd, noDeploymentToPutBack, noManifest } from "../../../migration/blockers/rollback-blockers.ts";

describe("a rollback that can't be begun", () => {
  it("for want of the old Deployment says whether there ever was one", () => {
    const lost = noManifest("storage", "record");
    const never = noDeploymentToPutBack("storage", "record", "state");
    assert.deepEqual([lost.kind, never.kind], ["noManifest", "noManifest"]);
    assert.deepEqual([lost.object, never.object], ["ConfigMap/record", "ConfigMap/record"]);
    assert.match(lost.remedy, /^Put its manifest there, as JSON, from a backup, or stay/);
    assert.match(never.message, /^The migration was from PersistentVolumeClaim state in namespace storage alone/);
    assert.doesNotMatch(never.remedy, /Put its manifest/);
  });

  it("for the new etcd's sake names it, and how to stay with the new Trident", () => {
    const etcd = { object: "EtcdCluster/e", description: "EtcdCluster e" };
    assert.deepEqual(newEtcd(etcd, "can't be read: no leader", "Look at it."), {
      kind: "newEtcd",
      object: "EtcdCluster/e",
      message: "The new etcd (EtcdCluster e) can't be read: no leader.",
      remedy: "Look at it. To stay with the new Trident: `{ rollback: undefined }`.",
    });
  });
});
