import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientSecretOfCluster } from "../../../migration/connect/client-secret-of-cluster.ts";
import { startFakeKubernetes, type FakeObject } from "../kubernetes/fake-kubernetes.ts";

const place = { namespace: "trident", etcdCluster: "trident-etcd" };
const path = "/apis/etcd.database.coreos.com/v1beta2/namespaces/trident/etcdclusters/trident-etcd";

describe("the Secret of an EtcdCluster's clients", () => {
  it("is the one that the EtcdCluster names, whatever it is called", async () => {
    const fake = await startFakeKubernetes();
    try {
      const spec = { TLS: { static: { operatorSecret: "etcd-client-tls-17" } } };
      fake.objects.set(path, { metadata: { name: "trident-etcd" }, spec } as FakeObject);
      assert.equal(await clientSecretOfCluster(fake.cluster, place), "etcd-client-tls-17");
    } finally {
      await fake.stop();
    }
  });

  it("is not known where there is no such EtcdCluster, or where it may not be read", async () => {
    const fake = await startFakeKubernetes();
    try {
      assert.equal(await clientSecretOfCluster(fake.cluster, place), undefined);
      fake.fault = () => 403;
      assert.equal(await clientSecretOfCluster(fake.cluster, place), undefined);
    } finally {
      await fake.stop();
    }
  });
});
