import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Pod } from "@kubernetes/client-node";
import type { TriedPod } from "../../../../../migration/plan/read/namespace/try-pods.ts";
import { checkSidecars } from "../../../../../migration/plan/rules/namespace/sidecars.ts";

const pod: V1Pod = { spec: { containers: [{ name: "etcd" }], initContainers: [{ name: "check-dns" }] } };

function admitted(as: V1Pod): TriedPod {
  return { role: "member", what: "an etcd member", pod, isOwn: false, outcome: { kind: "admitted", pod: as } };
}

describe("what admission puts into a pod", () => {
  it("is a risk, with what it is called and how a mesh leaves the namespace alone", () => {
    const containers = [{ name: "etcd" }, { name: "istio-proxy" }];
    const initContainers = [{ name: "istio-init" }, { name: "check-dns" }];
    const { risks } = checkSidecars("trident", [admitted({ spec: { containers, initContainers } })]);
    assert.match(
      risks[0]?.message ?? "",
      /puts istio-proxy, istio-init into pods of namespace trident: an etcd member/,
    );
    assert.match(risks[0]?.message ?? "", /kubectl label namespace trident istio-injection=disabled/);
  });

  it("is nothing to tell of where it only fills in defaults, or was not asked", () => {
    assert.deepEqual(checkSidecars("trident", [admitted(pod)]).risks, []);
    const untried: TriedPod = { ...admitted(pod), outcome: { kind: "untried" } };
    assert.deepEqual(checkSidecars("trident", [untried]).risks, []);
  });
});
