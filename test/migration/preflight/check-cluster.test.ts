import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { checkCluster } from "../../../migration/preflight/check-cluster.ts";
import { startFakeKubernetes, type FakeKubernetes, type FakeObject } from "../fake-kubernetes.ts";
import { legacyDeployment } from "../legacy/legacy-deployment.ts";

describe("the check of the cluster", () => {
  let fake: FakeKubernetes;

  beforeEach(async () => {
    fake = await startFakeKubernetes();
    fake.objects.set("/api/v1/namespaces/trident", { metadata: { name: "trident" } });
  });
  afterEach(() => fake.stop());

  it("finds nothing in an empty namespace, and changes nothing", async () => {
    assert.deepEqual(await check(false), { state: "fresh" });
    assert.ok(fake.requests.every((request) => request.startsWith("GET ")));
  });

  it("names the namespace that is missing and the command that creates it", async () => {
    fake.objects.delete("/api/v1/namespaces/trident");
    await assert.rejects(check(false), {
      name: "NamespaceMissingError",
      message: /Namespace trident \(setting namespace\).*fake-context.*kubectl create namespace trident/,
    });
  });

  it("goes on when only looking at the namespace itself is forbidden", async () => {
    fake.fault = (request) => (request === "GET /api/v1/namespaces/trident" ? 403 : undefined);
    assert.deepEqual(await check(false), { state: "fresh" });
  });

  it("names the server and the settings when no cluster answers", async () => {
    await fake.stop();
    await assert.rejects(check(false), {
      name: "ClusterUnreachableError",
      message: /http:\/\/127\.0\.0\.1.*KUBECONFIG/,
    });
    fake = await startFakeKubernetes();
  });

  it("describes a legacy Trident whose etcd does not run, without counts", async () => {
    addLegacy();
    assert.deepEqual(await check(true), {
      state: "legacy",
      legacy: {
        image: "netapp/trident:19.04.0",
        etcdImage: "quay.io/coreos/etcd:v3.3.12",
        pvc: "trident",
        keysByKind: {},
      },
    });
    assert.ok(fake.requests.every((request) => request.startsWith("GET ")));
  });

  it("refuses a legacy Trident without its claim", async () => {
    addLegacy();
    fake.objects.delete("/api/v1/namespaces/trident/persistentvolumeclaims/trident");
    await assert.rejects(check(true), { name: "PersistentVolumeClaimError" });
  });

  it("says which permission is missing", async () => {
    fake.fault = (request) => (request.includes("/deployments/") ? 403 : undefined);
    await assert.rejects(check(false), { name: "ClusterRequestError", message: /deployments\/trident with 403/ });
  });

  function check(migrate: boolean) {
    return checkCluster({
      cluster: { kubeconfig: fake.kubeconfig },
      namespace: "trident",
      migrate,
      legacyDeployment: "trident",
      legacyEtcdContainer: "etcd",
      record: "trident-etcd-migration",
      prefix: "/trident/",
      etcdCluster: "trident-etcd",
      clientSecret: "etcd-client-tls",
    });
  }

  function addLegacy(): void {
    const deployment = legacyDeployment() as unknown as FakeObject;
    fake.objects.set("/apis/apps/v1/namespaces/trident/deployments/trident", deployment);
    fake.objects.set("/api/v1/namespaces/trident/persistentvolumeclaims/trident", {
      metadata: { name: "trident" },
      status: { phase: "Bound" },
    });
  }
});
