import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { legacyTridentManifests } from "../../../sandbox/legacy-trident/legacy-trident-manifests.ts";

describe("legacyTridentManifests", () => {
  it("gives Trident and an etcd that both keep to the pod's loopback", () => {
    const { deployment } = legacyTridentManifests({ namespace: "trident" });
    const containers = deployment.spec?.template.spec?.containers ?? [];
    assert.deepEqual(
      containers.map((container) => [container.name, container.image]),
      [
        ["trident-main", "netapp/trident:19.04.0"],
        ["etcd", "quay.io/coreos/etcd:v3.4.14"],
      ],
    );
    assert.deepEqual(containers[0]?.args, ["-etcd_v3", "http://127.0.0.1:8001", "-k8s_pod"]);
    const addresses = (containers[1]?.args ?? []).filter((word) => word.includes("://"));
    assert.equal(addresses.length, 5);
    assert.ok(addresses.every((address) => address.includes("http://127.0.0.1:800")));
  });

  it("keeps etcd's data on the claim, whatever the claim is called", () => {
    const { deployment, persistentVolumeClaim } = legacyTridentManifests({
      namespace: "storage",
      persistentVolumeClaim: "trident-data",
    });
    const pod = deployment.spec?.template.spec;
    assert.equal(persistentVolumeClaim.metadata?.name, "trident-data");
    assert.ok(pod !== undefined);
    assert.deepEqual(pod.volumes, [{ name: "etcd-vol", persistentVolumeClaim: { claimName: "trident-data" } }]);
    assert.deepEqual(pod.containers[1]?.volumeMounts, [{ name: "etcd-vol", mountPath: "/var/etcd/data" }]);
    assert.ok(pod.containers[1].args?.join(" ").includes("-data-dir /var/etcd/data"));
  });

  it("finds its pods by the label that Trident has always had", () => {
    const { deployment } = legacyTridentManifests({ namespace: "trident" });
    const label = { app: "trident.netapp.io" };
    assert.deepEqual(deployment.spec?.selector.matchLabels, label);
    assert.deepEqual(deployment.spec.template.metadata?.labels, label);
  });

  it("puts what is not cluster-wide into the namespace, and binds the role to the account there", () => {
    const manifests = legacyTridentManifests({ namespace: "storage" });
    for (const object of [manifests.deployment, manifests.persistentVolumeClaim, manifests.serviceAccount]) {
      assert.equal(object.metadata?.namespace, "storage");
    }
    assert.deepEqual(manifests.clusterRoleBinding.subjects, [
      { kind: "ServiceAccount", name: "trident", namespace: "storage" },
    ]);
    assert.equal(manifests.clusterRoleBinding.roleRef.name, manifests.clusterRole.metadata?.name);
  });

  it("takes other images, a pull policy, a storage class, debugging and no replicas", () => {
    const { deployment, persistentVolumeClaim } = legacyTridentManifests({
      namespace: "trident",
      tridentImage: "registry.example.invalid/trident:1",
      etcdImage: "registry.example.invalid/etcd:2",
      imagePullPolicy: "Never",
      storageClassName: "manual",
      debug: true,
      replicas: 0,
    });
    const containers = deployment.spec?.template.spec?.containers ?? [];
    assert.deepEqual(
      containers.map((container) => [container.image, container.imagePullPolicy]),
      [
        ["registry.example.invalid/trident:1", "Never"],
        ["registry.example.invalid/etcd:2", "Never"],
      ],
    );
    assert.ok(containers[0]?.args?.includes("-debug"));
    assert.equal(persistentVolumeClaim.spec?.storageClassName, "manual");
    assert.equal(deployment.spec?.replicas, 0);
  });
});
