import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { imageCheckPod, sourcePod } from "../../../../migration/trident/legacy-etcd/legacy-pod-template.ts";
import { isOurs } from "../../../../migration/kubernetes/ownership.ts";
import { legacyTrident } from "../legacy/legacy-deployment.ts";

const owner = { name: "trident-etcd-migration", uid: "uid-record" };

describe("the source pod", () => {
  const legacy = legacyTrident();
  const pod = sourcePod(legacy, owner);
  const container = pod.spec?.containers[0];

  it("runs the legacy etcd as it was, and nothing else", () => {
    assert.equal(pod.spec?.containers.length, 1);
    for (const field of ["name", "image", "imagePullPolicy", "command", "args", "volumeMounts"] as const) {
      assert.deepEqual(container?.[field], legacy.etcdContainer[field], field);
    }
  });

  it("has the environment of the legacy etcd, and elects itself sooner", () => {
    assert.deepEqual(container?.env, [
      ...(legacy.etcdContainer.env ?? []),
      { name: "ETCD_HEARTBEAT_INTERVAL", value: "10" },
      { name: "ETCD_ELECTION_TIMEOUT", value: "100" },
    ]);
  });

  it("is told nothing of elections where it was told, or may have been, before", () => {
    for (const changed of [
      { args: ["--heartbeat-interval=500"] },
      { command: ["/bin/sh", "-c", "etcd -election-timeout 5000"] },
      { env: [{ name: "ETCD_ELECTION_TIMEOUT", value: "5000" }] },
      { envFrom: [{ configMapRef: { name: "settings" } }] },
    ]) {
      const { name, image = "", volumeMounts = [] } = legacy.etcdContainer;
      const etcdContainer = { name, image, volumeMounts, ...changed };
      const [told] = sourcePod(legacyTrident({ etcdContainer }), owner).spec?.containers ?? [];
      assert.deepEqual(told?.env, changed.env);
    }
  });

  it("is never restarted, nor killed by the legacy probe", () => {
    assert.equal(pod.spec?.restartPolicy, "Never");
    assert.equal(container?.livenessProbe, undefined);
  });

  it("has the claim and no other volume", () => {
    assert.deepEqual(pod.spec?.volumes, [{ name: "etcd-vol", persistentVolumeClaim: { claimName: "trident" } }]);
  });

  it("is scheduled, pulled and secured like the legacy pod", () => {
    assert.deepEqual(pod.spec?.nodeSelector, { disk: "fast" });
    assert.deepEqual(pod.spec.tolerations, [{ key: "storage", operator: "Exists" }]);
    assert.deepEqual(pod.spec.imagePullSecrets, [{ name: "registry" }]);
    assert.deepEqual(pod.spec.securityContext, { fsGroup: 1000 });
    assert.equal(pod.spec.serviceAccountName, "trident");
  });

  it("gets no token of that service account", () => {
    assert.equal(pod.spec?.automountServiceAccountToken, false);
  });

  it("does not pass for a pod of the Deployment", () => {
    assert.equal(pod.metadata?.labels?.app, undefined);
    assert.ok(isOurs(pod));
  });

  it("goes with the migration's record", () => {
    assert.deepEqual(pod.metadata?.ownerReferences, [
      { apiVersion: "v1", kind: "ConfigMap", name: "trident-etcd-migration", uid: "uid-record" },
    ]);
  });
});

describe("the image check's pod", () => {
  it("runs the legacy etcd image's etcd without the claim", () => {
    const pod = imageCheckPod(legacyTrident(), owner);
    const container = pod.spec?.containers[0];
    assert.equal(container?.image, "quay.io/coreos/etcd:v3.3.12");
    assert.equal(container.imagePullPolicy, "IfNotPresent");
    assert.deepEqual(container.command, ["/usr/local/bin/etcd", "--version"]);
    assert.equal(pod.spec?.volumes, undefined);
    assert.deepEqual(pod.spec?.imagePullSecrets, [{ name: "registry" }]);
  });

  it("finds etcd by its name when the legacy container starts it in another way", () => {
    for (const command of [[], ["/bin/sh", "-c", "exec etcd"]]) {
      const { image = "" } = legacyTrident().etcdContainer;
      const pod = imageCheckPod(legacyTrident({ etcdContainer: { name: "etcd", image, command } }), owner);
      assert.deepEqual(pod.spec?.containers[0]?.command, ["etcd", "--version"]);
    }
  });
});
