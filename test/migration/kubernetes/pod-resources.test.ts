import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { isBestEffort, podTakes } from "../../../migration/kubernetes/pod-resources.ts";

function pod(containers: Partial<V1Container>[], initContainers: Partial<V1Container>[] = []): V1Pod {
  const named = (each: Partial<V1Container>) => ({ name: "c", ...each });
  return { spec: { containers: containers.map(named), initContainers: initContainers.map(named) } };
}

const asks = (cpu: string): Partial<V1Container> => ({ resources: { requests: { cpu } } });

describe("what a pod takes", () => {
  it("is what its containers ask for together, or one of its init containers if that is more", () => {
    assert.equal(podTakes(pod([asks("100m"), asks("50m")], [asks("100m")]), "requests", "cpu"), 0.1 + 0.05);
    assert.equal(podTakes(pod([asks("100m")], [asks("1"), asks("2")]), "requests", "cpu"), 2);
  });

  it("is nothing of what nobody says, and has the overhead of its runtime", () => {
    const light = pod([asks("100m")]);
    assert.equal(podTakes(light, "limits", "memory"), 0);
    Object.assign(light.spec ?? {}, { overhead: { cpu: "1" } });
    assert.equal(podTakes(light, "requests", "cpu"), 1.1);
  });

  it("is best effort if none asks for anything", () => {
    assert.ok(isBestEffort(pod([{}])));
    assert.ok(!isBestEffort(pod([{}, asks("1m")])));
    assert.ok(!isBestEffort(pod([{}], [{ resources: { limits: { memory: "1Mi" } } }])));
  });
});
