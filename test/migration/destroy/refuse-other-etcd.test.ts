import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refuseOtherEtcd } from "../../../migration/destroy/refuse-other-etcd.ts";

const etcd = { namespace: "storage", etcdCluster: "db", snapshotDirectory: "snapshots", isTrial: true };

describe("an etcd that is about to be deleted", () => {
  it("is the one that was recorded, or nothing was recorded", () => {
    refuseOtherEtcd(etcd, ["12"], ["12", "12"]);
    refuseOtherEtcd(etcd, ["12"], []);
    refuseOtherEtcd(etcd, [], ["34"]);
  });

  it("is left where it is when it is another one", () => {
    assert.throws(() => {
      refuseOtherEtcd(etcd, ["12"], ["12", "34"]);
    }, /etcd cluster 34, and the stack has recorded 12.*Nothing was deleted.*key etcdClusterId of the ConfigMap/s);
  });

  it("is given up by the command of the program's own", () => {
    const advice = { noSnapshot: "set none", anotherFolder: "set PATH", anotherEtcd: "forget ID" };
    assert.throws(() => {
      refuseOtherEtcd({ ...etcd, advice }, ["12"], ["34"]);
    }, /If it may be deleted: `forget 12`, which records the one that is there, then `pulumi destroy` again\./);
  });
});
