import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkMemberStorage } from "../../../../../migration/plan/rules/etcd/member-storage.ts";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";

const unmade = { claim: undefined, volume: undefined };
const mine = { metadata: { name: "fast" }, provisioner: "example.com/disks" };
const tridents = { metadata: { name: "gold" }, provisioner: "netapp.io/trident" };
const wanted = { size: "4Gi", storageClass: "fast" };
const found = { storage: { ...unmade, storageClass: mine }, lacksClass: false };

describe("claims that members keep their data on", () => {
  it("may be of anybody's storage", () => {
    assert.deepEqual(checkMemberStorage({ memberStorage: wanted }, { memberStorage: found }), {
      blockers: [],
      risks: [],
    });
    assert.deepEqual(checkMemberStorage({}, {}), { blockers: [], risks: [] });
  });

  it("must not be Trident's own, unless no Trident is to depend on them", () => {
    const facts = { memberStorage: { ...found, storage: { ...unmade, storageClass: tridents } } };
    const [blocker] = checkMemberStorage({ memberStorage: wanted }, facts).blockers;
    assert.deepEqual([blocker?.kind, blocker?.object], ["dependentStorage", "StorageClass/gold"]);
    assert.match(
      inSettings(blocker?.remedy ?? ""),
      /pulumi config set etcdStorageClass CLASS.*pulumi config rm etcdStorageSize/,
    );
    assert.deepEqual(checkMemberStorage({ memberStorage: wanted, trident: false }, facts).blockers, []);
  });

  it("must have a class that is there", () => {
    for (const [storageClass, said] of [
      ["slow", /StorageClass slow, and there is none of that name/],
      ["", /default StorageClass, and there is none/],
    ] as const) {
      const facts = { memberStorage: { storage: { ...unmade, storageClass: undefined }, lacksClass: true } };
      const [blocker] = checkMemberStorage({ memberStorage: { ...wanted, storageClass } }, facts).blockers;
      assert.equal(blocker?.kind, "storageClassMissing");
      assert.match(blocker.message, said);
    }
  });

  it("are told of where the database alone may fill them", () => {
    const [risk] = checkMemberStorage({ memberStorage: { ...wanted, size: "1Gi" } }, { memberStorage: found }).risks;
    assert.match(risk?.message ?? "", /is to have 1Gi, and its database alone may take 2\.0 GiB/);
  });
});
