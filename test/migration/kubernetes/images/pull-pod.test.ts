import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newestApis } from "../../../../migration/kubernetes/cluster-apis.ts";
import { pullPod } from "../../../../migration/kubernetes/images/pull-pod.ts";
import { isOurs } from "../../../../migration/kubernetes/ownership.ts";

const owner = { name: "trident-etcd-migration", uid: "uid-record" };
const place = {
  nodeSelector: { storage: "yes" },
  tolerations: [{ operator: "Exists" }],
  imagePullSecrets: [{ name: "registry" }],
  serviceAccountName: "trident",
};
const pods = {
  ...place,
  hostNetwork: true,
  volumes: [{ name: "certs", secret: { secretName: "etcd-client-tls" } }],
  initContainers: [{ name: "first", image: "busybox:1" }],
  containers: [
    {
      name: "main",
      image: "netapp/trident:1",
      imagePullPolicy: "Always",
      command: ["/usr/local/bin/trident_orchestrator"],
    },
    { name: "again", image: "netapp/trident:1", imagePullPolicy: "Always" },
  ],
};
const pull = { namespace: "trident", name: "trident-etcd-pull-new", pods, owner };

describe("a pod that pulls images", () => {
  it("runs where the pods may run that they are for, and pulls with their secrets", () => {
    const { spec } = pullPod(pull, "kubernetes", newestApis);
    for (const [name, value] of Object.entries(place))
      assert.deepEqual(spec?.[name as keyof typeof place], value, name);
  });

  it("has a container for each image, once, pulled by its own policy, and runs no program of theirs", () => {
    const containers = pullPod(pull, "kubernetes", newestApis).spec?.containers ?? [];
    assert.deepEqual(
      containers.map(({ image, imagePullPolicy }) => [image, imagePullPolicy]),
      [
        ["busybox:1", undefined],
        ["netapp/trident:1", "Always"],
      ],
    );
    assert.ok(containers.every(({ command }) => command?.join() === "/bin/true"));
  });

  it("has nothing else of those pods: no volumes, no token, no root, no host's network", () => {
    const { spec } = pullPod(pull, "kubernetes", newestApis);
    assert.equal(spec?.volumes, undefined);
    assert.equal(spec?.hostNetwork, undefined);
    assert.equal(spec?.automountServiceAccountToken, false);
    assert.equal(spec.securityContext?.runAsNonRoot, true);
    for (const { securityContext } of spec.containers) {
      assert.equal(securityContext?.allowPrivilegeEscalation, false);
      assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] });
    }
  });

  it("leaves the user's number to OpenShift", () => {
    assert.equal(pullPod(pull, "openshift", newestApis).spec?.securityContext?.runAsUser, undefined);
    assert.equal(pullPod(pull, "kubernetes", newestApis).spec?.securityContext?.runAsUser, 65534);
  });

  it("goes with the stack's record, or by itself, whatever becomes of the run", () => {
    const { metadata, spec } = pullPod(pull, "kubernetes", newestApis);
    assert.ok(isOurs({ metadata: { labels: metadata?.labels ?? {} } }));
    assert.deepEqual(metadata?.ownerReferences, [{ apiVersion: "v1", kind: "ConfigMap", ...owner }]);
    assert.ok((spec?.activeDeadlineSeconds ?? 0) > 0);
    assert.equal(spec?.restartPolicy, "Never");
  });
});
