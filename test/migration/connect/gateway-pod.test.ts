import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../migration/kubernetes/cluster-apis.ts";
import { gatewayPod, gatewayPort } from "../../../migration/connect/gateway-pod.ts";

const request = {
  apis: newestApis,
  name: "trident-etcd-gateway-1",
  namespace: "storage",
  image: "quay.io/coreos/etcd:v3.4.22",
  endpoints: [
    { host: "etcd-0.example.com", port: 2379 },
    { host: "fd00::1", port: 23790 },
  ],
  platform: "kubernetes",
} as const;

describe("the pod through which an existing etcd is reached", () => {
  it("relays to each endpoint from a port of its own on its loopback", () => {
    const commands = gatewayPod(request).spec?.containers.map(({ command }) => command?.join(" "));
    assert.deepEqual(commands, [
      `etcd gateway start --endpoints=etcd-0.example.com:2379 --listen-addr=127.0.0.1:${gatewayPort(0)} --retry-delay=1s`,
      `etcd gateway start --endpoints=[fd00::1]:23790 --listen-addr=127.0.0.1:${gatewayPort(1)} --retry-delay=1s`,
    ]);
    assert.notEqual(gatewayPort(0), gatewayPort(1));
  });

  it("may run where the Pod Security Standard is restricted", () => {
    const { spec } = gatewayPod(request);
    assert.equal(spec?.securityContext?.runAsNonRoot, true);
    assert.equal(spec.securityContext.runAsUser, 65534);
    assert.equal(spec.securityContext.seccompProfile?.type, "RuntimeDefault");
    assert.equal(spec.automountServiceAccountToken, false);
    for (const { securityContext } of spec.containers) {
      assert.equal(securityContext?.allowPrivilegeEscalation, false);
      assert.equal(securityContext.readOnlyRootFilesystem, true);
      assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
    }
  });

  it("leaves its user to OpenShift there", () => {
    const { spec } = gatewayPod({ ...request, platform: "openshift" });
    assert.equal(spec?.securityContext?.runAsUser, undefined);
    assert.equal(spec?.securityContext?.runAsGroup, undefined);
    assert.equal(spec?.securityContext?.runAsNonRoot, true);
  });

  it("ends by itself should nobody remove it, and is known as this project's", () => {
    const pod = gatewayPod(request);
    assert.ok((pod.spec?.activeDeadlineSeconds ?? 0) > 0);
    assert.equal(pod.spec?.restartPolicy, "Never");
    assert.equal(pod.metadata?.labels?.["app.kubernetes.io/managed-by"], "trident-etcd");
  });
});

it("says in an annotation which seccomp profile it wants where the cluster has no field for it", () => {
  const { metadata, spec } = gatewayPod({ ...request, apis: { seccompProfile: false } });
  assert.deepEqual(metadata?.annotations, { "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" });
  assert.equal(spec?.securityContext?.seccompProfile, undefined);
});
