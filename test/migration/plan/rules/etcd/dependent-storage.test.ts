import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClaimStorage } from "../../../../../migration/plan/read/claim-storage.ts";
import { dependentStorage } from "../../../../../migration/plan/rules/etcd/dependent-storage.ts";

const thing = { what: "The snapshots of etcd", remedy: "Name another class." };
const nothing: ClaimStorage = { claim: undefined, volume: undefined, storageClass: undefined };

function ofClass(provisioner: string): ClaimStorage["storageClass"] {
  return { metadata: { name: "gold" }, provisioner };
}

describe("storage for what Trident's state depends on", () => {
  for (const provisioner of ["netapp.io/trident", "csi.trident.netapp.io"]) {
    it(`must not be of a class of Trident's: ${provisioner}`, () => {
      const blocker = dependentStorage({ ...nothing, storageClass: ofClass(provisioner) }, thing);
      assert.equal(blocker?.kind, "dependentStorage");
      assert.equal(blocker.object, "StorageClass/gold");
      assert.ok(blocker.message.startsWith("The snapshots of etcd would be on storage that Trident itself provides"));
      assert.ok(blocker.message.includes(`StorageClass gold with provisioner ${provisioner}`));
      assert.equal(blocker.remedy, "Name another class.");
    });
  }

  it("must not be a volume that Trident has made, whatever its class is by now", () => {
    const claim = { metadata: { name: "mine" } };
    const annotations = { "pv.kubernetes.io/provisioned-by": "netapp.io/trident" };
    const storageClass = ofClass("example.com/disks");
    const annotated = { claim, volume: { metadata: { name: "pv1", annotations } }, storageClass };
    assert.equal(dependentStorage(annotated, thing)?.object, "PersistentVolumeClaim/mine");
    const csi = { driver: "csi.trident.netapp.io", volumeHandle: "v" };
    const driven = { claim, volume: { metadata: { name: "pv1" }, spec: { csi } }, storageClass };
    assert.match(dependentStorage(driven, thing)?.message ?? "", /PersistentVolume pv1 of csi\.trident\.netapp\.io/);
  });

  it("may be anybody else's, and is not refused where nobody can tell", () => {
    assert.equal(dependentStorage(nothing, thing), undefined);
    assert.equal(dependentStorage({ ...nothing, storageClass: ofClass("example.com/disks") }, thing), undefined);
    const moved = { ...nothing, claim: { metadata: { name: "mine" } }, volume: { metadata: { name: "pv1" } } };
    assert.equal(dependentStorage({ ...moved, storageClass: ofClass("netapp.io/trident") }, thing), undefined);
  });
});
