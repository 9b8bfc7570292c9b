import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClusterRequestError } from "../../../../migration/kubernetes/errors.ts";
import type { ServedObject } from "../../../../migration/plan/read/cluster-reader.ts";
import { readMemberStorage } from "../../../../migration/plan/read/member-storage.ts";

const fast = { metadata: { name: "fast" }, provisioner: "example.com/disks" };
const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
const usual = { metadata: { name: "usual", annotations }, provisioner: "example.com/disks" };

function reader(found: readonly ServedObject[], refused = false) {
  return {
    read: (path: string) => Promise.resolve(path.endsWith("/fast") ? found[0] : undefined),
    list: () => Promise.resolve(refused ? undefined : found),
    refusalOf: () => (refused ? ({} as ClusterRequestError) : undefined),
  };
}

describe("the storage of members' claims", () => {
  const wanted = (storageClass: string) => ({ namespace: "n", memberStorage: { size: "4Gi", storageClass } });

  it("is not looked at where members have none", async () => {
    assert.equal(await readMemberStorage(reader([fast]), { namespace: "n" }), undefined);
  });

  it("is the class that is asked for, or the default one", async () => {
    const asked = await readMemberStorage(reader([fast]), wanted("fast"));
    assert.deepEqual([asked?.storage.storageClass, asked?.lacksClass], [fast, false]);
    const byDefault = await readMemberStorage(reader([fast, usual]), wanted(""));
    assert.deepEqual([byDefault?.storage.storageClass, byDefault?.lacksClass], [usual, false]);
  });

  it("is missing where there is none, and not where nobody may look", async () => {
    assert.equal((await readMemberStorage(reader([fast]), wanted("")))?.lacksClass, true);
    assert.equal((await readMemberStorage(reader([]), wanted("other")))?.lacksClass, true);
    assert.equal((await readMemberStorage(reader([], true), wanted("other")))?.lacksClass, false);
  });
});
