import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { checkCrd, crdObject, crdOwner, planCrd } from "../../../../../migration/plan/rules/etcd/crd.ts";
import type { FoundObject } from "../../../../../migration/plan/read/stack-objects.ts";
import { nothingFound } from "../../../../../migration/plan/rules/findings.ts";
import { ours } from "../../scene/places.ts";
import { told } from "../told.ts";

const own = { metadata: ours };
const spec = {
  scope: "Namespaced",
  names: { kind: "EtcdCluster" },
  preserveUnknownFields: true,
  versions: [{ name: "v1beta2", served: true }],
};

function found(crd: ServedObject | undefined, operator?: ServedObject): FoundObject[] {
  return [
    { object: crdObject, path: "", served: crd },
    { object: "Deployment/etcd-operator", path: "", served: operator },
  ];
}

describe("the CRD of EtcdCluster", () => {
  it("is the stack's own where there is none, or where the stack made it", () => {
    for (const each of [found(undefined), found(own, own)]) {
      assert.deepEqual([crdOwner(each), planCrd(each), checkCrd(each)], ["own", [], nothingFound]);
    }
  });

  it("is the stack's own, too, where another stack made it, and older ones are warned of", () => {
    const { risks, blockers } = told(checkCrd(found(own)), "state");
    assert.equal(crdOwner(found(own)), "own");
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /older version of this program deletes it/);
  });

  it("is used as it is where somebody else made it, which is a risk", () => {
    const { risks, blockers } = told(checkCrd(found({ spec })), "state");
    assert.equal(crdOwner(found({ spec })), "existing");
    assert.deepEqual(blockers, []);
    assert.deepEqual(planCrd(found({ spec })), [
      {
        object: crdObject,
        made: "by somebody else",
        becomes: "is used as it is; it is neither changed nor ever deleted",
      },
    ]);
    assert.match(risks[0] ?? "", /somebody else's/);
  });

  it("blocks where it can't be used", () => {
    const unusable = found({ spec: { ...spec, scope: "Cluster" } });
    const { blockers } = checkCrd(unusable);
    assert.equal(crdOwner(unusable), "existing");
    assert.deepEqual(
      blockers.map(({ kind, object }) => [kind, object]),
      [["unusableCrd", crdObject]],
    );
    assert.match(blockers[0]?.message ?? "", /its scope is Cluster/);
  });
});
