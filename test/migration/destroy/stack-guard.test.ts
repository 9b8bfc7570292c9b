import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { remove, type DestroyStepInputs } from "../../../migration/providers/destroy-step-provider.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const record = "/api/v1/namespaces/trident/configmaps/trident-etcd-migration";

const labels = { "app.kubernetes.io/managed-by": "trident-etcd" };

describe("what a destroy looks at first", () => {
  let kubernetes: FakeKubernetes;
  let guard: DestroyStepInputs;

  before(async () => {
    kubernetes = await startFakeKubernetes();
    guard = {
      step: "stackGuard",
      kubeconfig: kubernetes.kubeconfig,
      cluster: '"production" (https://production.example)',
      clusterUid: "uid-of-production",
      namespace: "trident",
      stackUid: "own-uid",
      objects: [record],
    };
  });
  after(() => kubernetes.stop());
  beforeEach(() => {
    kubernetes.objects.clear();
    serve("/api/v1/namespaces/kube-system", { uid: "uid-of-production" });
  });

  function serve(path: string, metadata: object): void {
    kubernetes.objects.set(path, { metadata: { name: path.split("/").at(-1) ?? "", ...metadata } });
  }

  it("lets it go on where the stack is at home, whether its record is there, or of an older version, or not", async () => {
    await remove("id", guard);
    serve(record, { labels });
    await remove("id", guard);
    serve(record, { labels, annotations: { "trident-etcd/stack-uid": "own-uid" } });
    await remove("id", guard);
  });

  it("ends it in another cluster, with the names of both", async () => {
    serve("/api/v1/namespaces/kube-system", { uid: "uid-of-staging" });
    await assert.rejects(remove("id", guard), {
      name: "OtherClusterError",
      message: /"production" .*uid-of-production.*"fake-context" .*uid-of-staging.*Nothing was changed/,
    });
  });

  it("ends it when another stack has what this one had made", async () => {
    serve(record, { labels, annotations: { "trident-etcd/stack-uid": "next-uid" } });
    await assert.rejects(remove("id", guard), {
      name: "StackTakenOverError",
      message: /uid next-uid.*uid own-uid.*Nothing was deleted.*`pulumi stack rm --force`/,
    });
  });

  it("ends it when something else stands under the name of what the stack has made", async () => {
    serve(record, {});
    await assert.rejects(remove("id", guard), {
      name: "NotOwnObjectError",
      message: /configmaps\/trident-etcd-migration in namespace trident.*Nothing was deleted.*`pulumi preview`/,
    });
  });

  it("is followed by no other step in another cluster", async () => {
    serve("/api/v1/namespaces/kube-system", { uid: "uid-of-staging" });
    const { kubeconfig = "", clusterUid = "" } = guard;
    const access = { kubeconfig, clusterUid, timeoutSeconds: 1 };
    const before = kubernetes.requests.length;
    await assert.rejects(remove("id", { ...access, step: "definitionRemoval" }), { name: "OtherClusterError" });
    const membersGone = { ...access, step: "membersGone" as const, namespace: "trident", etcdCluster: "trident-etcd" };
    await assert.rejects(remove("id", membersGone), { name: "OtherClusterError" });
    assert.deepEqual(new Set(kubernetes.requests.slice(before)), new Set(["GET /api/v1/namespaces/kube-system"]));
  });
});
