import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readLegacyObjects } from "../../../../migration/plan/read/legacy-objects.ts";
import { legacyDeployment, legacyTrident } from "../../trident/legacy/legacy-deployment.ts";

const request = { namespace: "trident", legacyEtcdContainer: "etcd" };
const record = { namespace: "trident", name: "r", uid: "u", legacyDeployment: JSON.stringify(legacyDeployment()) };
const reader = {
  read: (path: string) =>
    Promise.resolve(path.endsWith("/persistentvolumeclaims/trident") ? { spec: { volumeName: "pvc-1" } } : undefined),
};

describe("the old Trident's objects", () => {
  it("are told by its Deployment, and the same by the record once that is gone", async () => {
    const standing = await readLegacyObjects(reader, request, legacyTrident(), undefined);
    assert.equal(standing?.claim, "trident");
    assert.equal(standing.volume, "pvc-1");
    assert.deepEqual(await readLegacyObjects(reader, request, undefined, record), standing);
  });

  it("have no volume where the claim is gone or can't be read", async () => {
    const none = { read: () => Promise.resolve(undefined) };
    assert.equal((await readLegacyObjects(none, request, undefined, record))?.volume, undefined);
  });

  it("are not known where there never was one, or the record does not tell", async () => {
    assert.equal(await readLegacyObjects(reader, request, undefined, undefined), undefined);
    assert.equal(await readLegacyObjects(reader, request, undefined, { ...record, legacyDeployment: "{}" }), undefined);
  });
});
