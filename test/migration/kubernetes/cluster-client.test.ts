import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { connectToCluster } from "../../../migration/kubernetes/cluster-client.ts";
import { isNotFound } from "../../../migration/kubernetes/errors.ts";
import { startFakeKubernetes, type FakeKubernetes } from "./fake-kubernetes.ts";

describe("a call to the cluster", () => {
  let fake: FakeKubernetes;

  before(async () => {
    fake = await startFakeKubernetes({ requestTimeoutMilliseconds: 300 });
  });
  after(() => fake.stop());
  beforeEach(() => {
    fake.fault = () => undefined;
  });

  it("answers with the object", async () => {
    fake.objects.set("/api/v1/namespaces/n/configmaps/c", { metadata: { name: "c" }, data: { a: "1" } });
    const found = await fake.cluster.core.readNamespacedConfigMap({ namespace: "n", name: "c" });
    assert.deepEqual(found.data, { a: "1" });
  });

  it("raises an error that names the object and carries the server's words when there is none", async () => {
    await assert.rejects(
      fake.cluster.core.readNamespacedSecret({ namespace: "n", name: "missing" }),
      (error: Error) =>
        isNotFound(error) && /\/namespaces\/n\/secrets\/missing.*404.*"missing" not found/.test(error.message),
    );
  });

  it("ends within its timeout when the server does not answer, naming context, server and settings", async () => {
    fake.fault = () => "hang";
    await assert.rejects(fake.cluster.core.readNamespace({ name: "n" }), {
      name: "ClusterUnreachableError",
      message: /"fake-context" \(http:\/\/127\.0\.0\.1:\d+\).*no answer within 0\.3 s.*kubernetes:context.*KUBECONFIG/,
    });
  });

  it("names the server when nothing listens there", async () => {
    const gone = await startFakeKubernetes();
    await gone.stop();
    const cluster = connectToCluster({ kubeconfig: gone.kubeconfig });
    await assert.rejects(cluster.core.readNamespace({ name: "n" }), {
      name: "ClusterUnreachableError",
      message: /http:\/\/127\.0\.0\.1:\d+\).*ECONNREFUSED/,
    });
  });

  it("says that the credentials are rejected", async () => {
    fake.fault = () => 401;
    await assert.rejects(fake.cluster.core.readNamespace({ name: "n" }), {
      name: "ClusterUnreachableError",
      message: /rejects the credentials/,
    });
  });

  it("says which permission is missing, and the way out", async () => {
    fake.fault = () => 403;
    await assert.rejects(fake.cluster.core.readNamespace({ name: "n" }), {
      name: "ClusterRequestError",
      message: /GET \/api\/v1\/namespaces\/n with 403.*Give the user of the kubeconfig that permission/,
    });
  });

  it("is made by an access to one cluster in that one alone, which is looked at once", async () => {
    const kubeSystem = "/api/v1/namespaces/kube-system";
    fake.objects.set(kubeSystem, { metadata: { name: "kube-system", uid: "uid-of-production" } });
    fake.objects.set("/api/v1/namespaces/n/configmaps/c", { metadata: { name: "c" }, data: { a: "1" } });
    const access = { kubeconfig: fake.kubeconfig, clusterUid: "uid-of-production" };
    const own = connectToCluster(access);
    const before = fake.requests.length;
    for (let call = 0; call < 2; call++) await own.core.readNamespacedConfigMap({ namespace: "n", name: "c" });
    const path = "GET /api/v1/namespaces/n/configmaps/c";
    assert.deepEqual(fake.requests.slice(before), [`GET ${kubeSystem}`, path, path]);

    const other = connectToCluster({ ...access, clusterUid: "uid-of-staging" });
    const refused = { name: "OtherClusterError", message: /uid-of-staging.*"fake-context".*uid-of-production/ };
    await assert.rejects(other.core.readNamespacedConfigMap({ namespace: "n", name: "c" }), refused);
    await assert.rejects(other.requestJson({ method: "DELETE", path: "/api/v1/namespaces/n/configmaps/c" }), refused);
    assert.ok(fake.objects.has("/api/v1/namespaces/n/configmaps/c"));
  });

  it("reads an object with fields that the typed API does not know", async () => {
    fake.objects.set("/apis/apps/v1/namespaces/n/deployments/d", {
      metadata: { name: "d" },
      spec: { fromTheFuture: 1 },
    });
    const raw = await fake.cluster.requestJson({ method: "GET", path: "/apis/apps/v1/namespaces/n/deployments/d" });
    assert.deepEqual((raw as { spec: unknown }).spec, { fromTheFuture: 1 });
  });
});
