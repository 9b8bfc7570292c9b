import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import { claimPod } from "../../../../migration/snapshot/claim/claim-pod.ts";

const request = {
  apis: newestApis,
  name: "trident-etcd-claim-1",
  namespace: "storage",
  claim: "trident-etcd-snapshots",
  image: "quay.io/coreos/etcd:v3.4.22",
  platform: "kubernetes",
} as const;

describe("the pod that reads a claim", () => {
  it("can't write to it, and has nobody else own it", () => {
    const { spec } = claimPod(request);
    assert.equal(spec?.securityContext?.fsGroup, undefined);
    assert.deepEqual(spec?.volumes, [{ name: "claim", persistentVolumeClaim: { claimName: request.claim } }]);
    assert.deepEqual(spec.containers[0]?.volumeMounts, [{ name: "claim", mountPath: "/claim", readOnly: true }]);
  });

  it("may run where the Pod Security Standard is restricted", () => {
    const { spec } = claimPod(request);
    assert.equal(spec?.securityContext?.runAsUser, 65534);
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.equal(spec.automountServiceAccountToken, false);
    assert.deepEqual(spec.containers[0]?.securityContext?.capabilities, { drop: ["ALL"] });
  });

  it("is the user that wrote what is on it, where that is known", () => {
    assert.equal(claimPod({ ...request, user: 1000 }).spec?.securityContext?.runAsUser, 1000);
    const ofImage = claimPod({ ...request, user: "ofImage" }).spec;
    assert.equal(ofImage?.securityContext, undefined);
    assert.equal(ofImage?.containers[0]?.securityContext, undefined);
    const assigned = claimPod({ ...request, user: 1000, platform: "openshift" }).spec?.securityContext;
    assert.deepEqual([assigned?.runAsUser, assigned?.runAsNonRoot], [undefined, true]);
  });

  it("runs where the claim is in use, ends by itself, and goes with its owner", () => {
    const pod = claimPod({ ...request, node: "n1", owner: { name: "record", uid: "u" } });
    assert.equal(pod.spec?.nodeName, "n1");
    assert.ok((pod.spec.activeDeadlineSeconds ?? 0) > 0);
    assert.equal(pod.metadata?.ownerReferences?.[0]?.name, "record");
    assert.equal(pod.metadata.labels?.["app.kubernetes.io/managed-by"], "trident-etcd");
    assert.equal(claimPod(request).spec?.nodeName, undefined);
  });

  it("is given what pods for a moment are given", () => {
    const settings = { imagePullSecrets: [{ name: "registry" }], imagePullPolicy: "Never" } as const;
    const { spec } = claimPod({ ...request, settings: { ...settings, imagePullSecrets: [{ name: "registry" }] } });
    assert.deepEqual(spec?.imagePullSecrets, [{ name: "registry" }]);
    assert.equal(spec.containers[0]?.imagePullPolicy, "Never");
  });
});
