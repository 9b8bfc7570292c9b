import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { definitionObject, judgeDefinition, withoutDefinition } from "../../../../../migration/plan/rules/stack/crd.ts";
import type { FoundObject } from "../../../../../migration/plan/rules/stack/stack-objects.ts";

const ours = { metadata: { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } } };
const spec = {
  scope: "Namespaced",
  names: { kind: "EtcdCluster" },
  preserveUnknownFields: true,
  versions: [{ name: "v1beta2", served: true }],
};

function found(definition: ServedObject | undefined, operator?: ServedObject): FoundObject[] {
  return [
    { object: definitionObject, path: "", served: definition },
    { object: "Deployment/etcd-operator", path: "", served: operator },
  ];
}

describe("the definition of EtcdCluster", () => {
  it("is the stack's own where there is none, or where the stack made it", () => {
    for (const each of [found(undefined), found(ours, ours)]) {
      assert.deepEqual(judgeDefinition(each), { definition: "own", objects: [], blockers: [], risks: [] });
    }
  });

  it("is the stack's own, too, where another stack made it, and older ones are warned of", () => {
    const { definition, risks, blockers } = judgeDefinition(found(ours));
    assert.equal(definition, "own");
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /older version of this program deletes it/);
  });

  it("is used as it is where somebody else made it, which is a risk", () => {
    const { definition, objects, risks, blockers } = judgeDefinition(found({ spec }));
    assert.equal(definition, "existing");
    assert.deepEqual(blockers, []);
    assert.deepEqual(objects, [
      {
        object: definitionObject,
        made: "by somebody else",
        becomes: "is used as it is; it is neither changed nor ever deleted",
      },
    ]);
    assert.match(risks[0] ?? "", /somebody else's/);
  });

  it("blocks where it can't be used", () => {
    const { blockers, definition } = judgeDefinition(found({ spec: { ...spec, scope: "Cluster" } }));
    assert.equal(definition, "existing");
    assert.deepEqual(
      blockers.map(({ kind, object }) => [kind, object]),
      [["unusableDefinition", definitionObject]],
    );
    assert.match(blockers[0]?.message ?? "", /its scope is Cluster/);
  });

  it("need not be made, changed or deleted by whom uses somebody else's", () => {
    const access = (verb: string, resource: string) => ({ verb, group: "g", resource });
    const missing = [
      access("get", "customresourcedefinitions"),
      access("delete", "customresourcedefinitions"),
      access("delete", "pods"),
    ];
    assert.deepEqual(withoutDefinition(missing, judgeDefinition(found(ours))), missing);
    assert.deepEqual(withoutDefinition(missing, judgeDefinition(found({ spec }))), [missing[0], missing[2]]);
  });
});
