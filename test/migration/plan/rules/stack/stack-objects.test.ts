import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../../migration/kubernetes/cluster-apis.ts";
import { ClusterRequestError } from "../../../../../migration/kubernetes/errors.ts";
import type { Flow } from "../../../../../migration/plan/migration-plan.ts";
import type { ServedObject } from "../../../../../migration/plan/read/cluster-reader.ts";
import { crdName } from "../../../../../migration/destroy/crd.ts";
import { readStackObjects, stackObjects, type FoundObject } from "../../../../../migration/plan/read/stack-objects.ts";
import { nothingFound } from "../../../../../migration/plan/rules/findings.ts";
import { etcdRules } from "../../../../../migration/plan/rules/etcd/destination.ts";
import { checkObjects, planObjects } from "../../../../../migration/plan/rules/stack/stack-objects.ts";

const own = {
  kind: "managed" as const,
  namespace: "storage",
  etcdCluster: "trident-etcd",
  clientSecret: "etcd-client-tls",
};
const all = stackObjects({ namespace: "storage", record: "trident-etcd-migration" }, etcdRules(own).places(newestApis));
const ours: ServedObject = { metadata: { labels: { "app.kubernetes.io/managed-by": "trident-etcd" } } };
const foreign: ServedObject = { metadata: { labels: { "app.kubernetes.io/managed-by": "Helm" } } };
const crd = `CustomResourceDefinition/${crdName}`;

describe("the stack's objects", () => {
  it("that a stack has to have and that are gone are missing; what may not be looked at is not", async () => {
    const refusal = new ClusterRequestError({ method: "GET", path: "/" }, 403, "forbidden");
    const hidden = "/api/v1/namespaces/storage/serviceaccounts/etcd-operator";
    const found = await readStackObjects(
      {
        read: (path) => Promise.resolve(path.endsWith("/roles/etcd-operator") || path === hidden ? undefined : ours),
        refusalOf: (path) => (path === hidden ? refusal : undefined),
      },
      all,
    );
    const becomes = "is missing, and is made again";
    const missing = (objects: readonly FoundObject[]) =>
      planned(objects, "installed").filter((each) => each.becomes === becomes);
    assert.deepEqual(missing(found), [{ object: "Role/etcd-operator", made: "by this program", becomes }]);
    const without = found.map((each) => (each.isOptional === true ? { ...each, served: undefined } : each));
    assert.equal(missing(without).length, 1);
    assert.deepEqual(planned(found, "install"), planned(found, "installed").slice(0, -1));
  });

  it("that do not exist are no matter", () => {
    assert.deepEqual(checkObjects(found({}), "storage"), nothingFound);
    assert.deepEqual(planned(found({})), []);
  });

  it("that this program made are kept", () => {
    const objects = found({ "Secret/etcd-client-tls": ours });
    assert.deepEqual(checkObjects(objects, "storage"), nothingFound);
    assert.deepEqual(planned(objects), [
      {
        object: "Secret/etcd-client-tls",
        made: "by this program",
        becomes: "is kept; changed only where something else is asked for",
      },
    ]);
  });

  it("that somebody else made are in the way, since a destroy would delete them", () => {
    const objects = found({
      "Secret/etcd-client-tls": foreign,
      "ClusterRole/trident-external-etcd-storage": foreign,
    });
    const { blockers, risks } = checkObjects(objects, "storage");
    assert.deepEqual(risks, []);
    assert.deepEqual(
      planned(objects).map(({ made }) => made),
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

  it("but for the CRD of EtcdCluster, which is shared", () => {
    assert.deepEqual(checkObjects(found({ [crd]: foreign }), "storage"), nothingFound);
  });

  it("that are being deleted are made anew", () => {
    const going = { metadata: { ...ours.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    assert.match(planned(found({ "Service/trident-etcd": going }))[0]?.becomes ?? "", /is being deleted/);
  });
});

function found(served: Readonly<Record<string, ServedObject>>): FoundObject[] {
  return all.map((each) => ({ ...each, served: served[each.object] }));
}

function planned(objects: readonly FoundObject[], flow: Flow = "install") {
  return planObjects({ legacyDeployment: "trident" }, { flow: { flow, why: "" }, objects });
}
