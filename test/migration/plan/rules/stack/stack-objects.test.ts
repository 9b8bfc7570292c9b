import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClusterRequestError } from "../../../../../migration/kubernetes/errors.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { definitionName } from "../../../../../migration/uninstall/crd.ts";
import {
  findStackObjects,
  missingObjects,
  judgeObjects,
  stackObjects,
  type FoundObject,
} from "../../../../../migration/plan/rules/stack/stack-objects.ts";

const names = {
  namespace: "storage",
  destination: { namespace: "storage", etcdCluster: "trident-etcd", clientSecret: "etcd-client-tls" },
  record: "trident-etcd-migration",
};
const ours: ServedObject = { metadata: { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } } };
const foreign: ServedObject = { metadata: { labels: { "app.kubernetes.io/managed-by": "Helm" } } };
const definition = `CustomResourceDefinition/${definitionName}`;

describe("the stack's objects", () => {
  it("are looked for where they will stand", async () => {
    const found = await findStackObjects(
      {
        read: (path) => Promise.resolve(path === "/api/v1/namespaces/storage/secrets/etcd-peer-tls" ? ours : undefined),
        refusalOf: () => undefined,
      },
      stackObjects(names),
    );
    assert.deepEqual(
      found.filter(({ served }) => served !== undefined).map(({ object }) => object),
      ["Secret/etcd-peer-tls"],
    );
    assert.equal(new Set(found.map(({ path }) => path)).size, found.length);
  });

  it("that a stack has to have and that are gone are missing; what may not be looked at is not", async () => {
    const refusal = new ClusterRequestError({ method: "GET", path: "/" }, 403, "forbidden");
    const hidden = "/api/v1/namespaces/storage/serviceaccounts/etcd-operator";
    const found = await findStackObjects(
      {
        read: (path) => Promise.resolve(path.endsWith("/roles/etcd-operator") || path === hidden ? undefined : ours),
        refusalOf: (path) => (path === hidden ? refusal : undefined),
      },
      stackObjects(names),
    );
    const becomes = "is missing, and is made again";
    assert.deepEqual(missingObjects(found), [{ object: "Role/etcd-operator", made: "by this program", becomes }]);
    const without = found.map((each) => (each.isOptional === true ? { ...each, served: undefined } : each));
    assert.equal(missingObjects(without).length, 1);
  });

  it("with an existing etcd are Trident's and the Secrets for it", () => {
    const destination = {
      namespace: "storage",
      endpoints: ["https://etcd:2379"],
      clientSecret: "etcd-client-tls",
      credentialsSecret: "etcd-client-credentials",
    };
    const kinds = stackObjects({ ...names, destination }).map(({ object }) => object);
    assert.ok(kinds.includes("Secret/etcd-client-tls") && kinds.includes("Secret/etcd-client-credentials"));
    assert.ok(kinds.includes("ServiceAccount/trident-external-etcd"));
    assert.ok(!kinds.some((object) => /etcd-operator|EtcdCluster|CustomResource|Service\/|etcd-server/.test(object)));
  });

  it("that do not exist are no matter", () => {
    assert.deepEqual(judgeObjects(found({}), "storage"), { objects: [], blockers: [] });
  });

  it("that this program made are kept", () => {
    const { objects, blockers } = judgeObjects(found({ "Secret/etcd-client-tls": ours }), "storage");
    assert.deepEqual(blockers, []);
    assert.deepEqual(objects, [
      {
        object: "Secret/etcd-client-tls",
        made: "by this program",
        becomes: "is kept; changed only where the settings ask for something else",
      },
    ]);
  });

  it("that somebody else made are in the way, since a destroy would delete them", () => {
    const { objects, blockers } = judgeObjects(
      found({ "Secret/etcd-client-tls": foreign, "ClusterRole/trident-external-etcd-storage": foreign }),
      "storage",
    );
    assert.deepEqual(
      objects.map(({ made }) => made),
      ["by somebody else", "by somebody else"],
    );
    assert.deepEqual(
      blockers.map(({ kind, object }) => [kind, object]),
      [
        ["foreignObject", "Secret/etcd-client-tls"],
        ["foreignObject", "ClusterRole/trident-external-etcd-storage"],
      ],
    );
    assert.match(blockers[0]?.remedy ?? "", /kubectl --namespace storage get secret etcd-client-tls --output yaml/);
    assert.match(blockers[1]?.remedy ?? "", /kubectl get clusterrole trident-external-etcd-storage --output yaml/);
  });

  it("but for the definition of EtcdCluster, which is shared", () => {
    assert.deepEqual(judgeObjects(found({ [definition]: foreign }), "storage"), { objects: [], blockers: [] });
  });

  it("that are being deleted are made anew", () => {
    const going = { metadata: { ...ours.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const { objects } = judgeObjects(found({ "Service/trident-etcd": going }), "storage");
    assert.match(objects[0]?.becomes ?? "", /is being deleted/);
  });
});

function found(served: Readonly<Record<string, ServedObject>>): FoundObject[] {
  return stackObjects(names).map((each) => ({ ...each, served: served[each.object] }));
}
