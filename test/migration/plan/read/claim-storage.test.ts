import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { readClaimStorage } from "../../../../migration/plan/read/claim-storage.ts";

const classes = "/apis/storage.k8s.io/v1/storageclasses";
const fast = { metadata: { name: "fast" }, provisioner: "example.com/disks" };
const other = { metadata: { name: "other" }, provisioner: "netapp.io/trident" };
const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
const usual = { metadata: { name: "usual", annotations }, provisioner: "example.com/disks" };
const claim = { metadata: { name: "mine" }, spec: { storageClassName: "other", volumeName: "pv1" } };
const volume = { metadata: { name: "pv1" } };

const objects = new Map<string, ServedObject>([
  ["/api/v1/namespaces/storage/persistentvolumeclaims/mine", claim],
  ["/api/v1/persistentvolumes/pv1", volume],
  [`${classes}/fast`, fast],
  [`${classes}/other`, other],
]);
const reader = {
  read: (path: string) => Promise.resolve(objects.get(path)),
  list: (path: string) => Promise.resolve(path === classes ? [fast, usual] : undefined),
};

describe("the storage of a claim", () => {
  it("is that of the claim's own volume and class, once it is there", async () => {
    const found = await readClaimStorage(reader, "storage", { claim: "mine", storageClass: "fast" });
    assert.deepEqual(found, { claim, volume, storageClass: other });
  });

  it("is that of the class that is asked for, or of the default one, before", async () => {
    const unmade = { claim: undefined, volume: undefined };
    const asked = await readClaimStorage(reader, "storage", { claim: "unmade", storageClass: "fast" });
    assert.deepEqual(asked, { ...unmade, storageClass: fast });
    const byDefault = await readClaimStorage(reader, "storage", { storageClass: "" });
    assert.deepEqual(byDefault, { ...unmade, storageClass: usual });
  });

  it("is not known where nobody may look", async () => {
    const blind = { read: () => Promise.resolve(undefined), list: () => Promise.resolve(undefined) };
    assert.deepEqual(await readClaimStorage(blind, "storage", { claim: "mine", storageClass: "" }), {
      claim: undefined,
      volume: undefined,
      storageClass: undefined,
    });
  });
});
