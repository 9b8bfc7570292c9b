import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { makeNamespace } from "../../../migration/kubernetes/make-namespace.ts";
import { startFakeKubernetes, type FakeKubernetes } from "./fake-kubernetes.ts";

const path = "/api/v1/namespaces/trident";

describe("a namespace that is to be there", () => {
  let kubernetes: FakeKubernetes;
  before(async () => (kubernetes = await startFakeKubernetes()));
  after(() => kubernetes.stop());
  beforeEach(() => {
    kubernetes.objects.clear();
    kubernetes.requests.length = 0;
    kubernetes.fault = () => undefined;
  });

  it("is made, and says by whom", async () => {
    await makeNamespace(kubernetes.cluster, "trident");
    assert.deepEqual(kubernetes.requests, [`GET ${path}`, "POST /api/v1/namespaces"]);
    assert.equal(kubernetes.objects.get(path)?.metadata.labels?.["app.kubernetes.io/managed-by"], "trident-etcd");
  });

  it("is left as it is where it is there, or may not be looked at", async () => {
    kubernetes.objects.set(path, { metadata: { name: "trident" } });
    await makeNamespace(kubernetes.cluster, "trident");
    kubernetes.fault = (request) => (request.startsWith("GET") ? 403 : undefined);
    await makeNamespace(kubernetes.cluster, "trident");
    assert.ok(!kubernetes.requests.some((request) => request.startsWith("POST")));
  });

  it("may have been made by somebody else meanwhile, and that who may not make it is told", async () => {
    kubernetes.fault = (request) => (request.startsWith("POST") ? 409 : undefined);
    await makeNamespace(kubernetes.cluster, "trident");
    kubernetes.fault = (request) => (request.startsWith("POST") ? 403 : undefined);
    await assert.rejects(makeNamespace(kubernetes.cluster, "trident"), /POST \/api\/v1\/namespaces with 403/);
  });
});
