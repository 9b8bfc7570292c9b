import assert from "node:assert/strict";
import { test } from "node:test";
import { runtimeSeccomp } from "../../../migration/kubernetes/seccomp.ts";

test("the runtime's seccomp profile is in the security context where the cluster knows it there", () => {
  const inContext = { securityContext: { seccompProfile: { type: "RuntimeDefault" } }, annotations: {} };
  assert.deepEqual(runtimeSeccomp(), inContext);
  assert.deepEqual(runtimeSeccomp({ seccompProfile: true }, "trident-main"), inContext);
});

test("an annotation says it before, for the pod or for one container", () => {
  assert.deepEqual(runtimeSeccomp({ seccompProfile: false }), {
    securityContext: {},
    annotations: { "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" },
  });
  assert.deepEqual(runtimeSeccomp({ seccompProfile: false }, "trident-main").annotations, {
    "container.seccomp.security.alpha.kubernetes.io/trident-main": "runtime/default",
  });
});
