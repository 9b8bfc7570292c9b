import assert from "node:assert/strict";
import { test } from "node:test";

import type { V1PersistentVolume, V1PersistentVolumeClaim } from "@kubernetes/client-node";

import { provisionerName } from "../../../sandbox/storage/storage-class.ts";
import { isAbandoned, volumeForClaim, wantsVolume } from "../../../sandbox/storage/volumes.ts";

const storageClass = { metadata: { name: "sandbox-host-path" }, provisioner: provisionerName, reclaimPolicy: "Delete" };

function claim(
  change: { phase?: string; volumeName?: string; deletionTimestamp?: Date } = {},
): V1PersistentVolumeClaim {
  const { phase = "Pending", volumeName, deletionTimestamp } = change;
  return {
    metadata: { name: "trident", namespace: "trident", uid: "1234", ...(deletionTimestamp && { deletionTimestamp }) },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "sandbox-host-path",
      resources: { requests: { storage: "2Gi" } },
      ...(volumeName !== undefined && { volumeName }),
    },
    status: { phase },
  };
}

function volume(phase: string, reclaimPolicy = "Delete"): V1PersistentVolume {
  return Object.assign(volumeForClaim(claim(), { ...storageClass, reclaimPolicy }, "/volumes/pvc-1234"), {
    status: { phase },
  });
}

test("a pending claim wants a volume, one that has or names a volume or is being deleted does not", () => {
  assert.equal(wantsVolume(claim()), true);
  assert.equal(wantsVolume(claim({ phase: "Bound" })), false);
  assert.equal(wantsVolume(claim({ volumeName: "by-hand" })), false);
  assert.equal(wantsVolume(claim({ deletionTimestamp: new Date(0) })), false);
});

test("a volume is promised to its claim, of the claim's size and the class's policy", () => {
  const { metadata, spec } = volume("Pending", "Retain");
  assert.equal(metadata?.name, "pvc-1234");
  assert.equal(spec?.claimRef?.uid, "1234");
  assert.deepEqual(spec.capacity, { storage: "2Gi" });
  assert.equal(spec.persistentVolumeReclaimPolicy, "Retain");
  assert.equal(spec.hostPath?.path, "/volumes/pvc-1234");
});

test("only a released volume made here, with the policy Delete, goes with its claim", () => {
  assert.equal(isAbandoned(volume("Released")), true);
  assert.equal(isAbandoned(volume("Bound")), false);
  assert.equal(isAbandoned(volume("Released", "Retain")), false);
  assert.equal(isAbandoned(Object.assign(volume("Released"), { metadata: { name: "by-hand" } })), false);
});
