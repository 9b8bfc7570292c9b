import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1NetworkPolicy, V1NetworkPolicySpec } from "@kubernetes/client-node";
import { checkNetworkPolicies } from "../../../../../migration/plan/rules/namespace/network-policies.ts";

const pods = [
  { role: "member", what: "an etcd member", pod: { metadata: { labels: { app: "etcd" } } } },
  { role: "trident", what: "the new Trident", pod: { metadata: { labels: { app: "trident.netapp.io" } } } },
] as const;

function policy(
  name: string,
  spec: Partial<V1NetworkPolicySpec>,
  labels: Record<string, string> = {},
): V1NetworkPolicy {
  return { metadata: { name, labels }, spec: { podSelector: {}, ...spec } };
}

function risks(...policies: readonly V1NetworkPolicy[]): string[] {
  return checkNetworkPolicies("trident", policies, pods).risks.map(({ message }) => message);
}

describe("a NetworkPolicy of the namespace", () => {
  it("that lets pods connect to nothing, or not to everything, is a risk with its name", () => {
    const [risk = ""] = risks(policy("deny", { policyTypes: ["Ingress", "Egress"] }));
    assert.match(
      risk,
      /NetworkPolicy deny of namespace trident limits what an etcd member, the new Trident may connect to/,
    );
    assert.equal(risks(policy("dns", { egress: [{ ports: [{ port: 53 }] }] })).length, 1);
  });

  it("is nothing to tell of where it is about who may connect to pods, or another lets all out", () => {
    assert.deepEqual(risks(policy("deny", { policyTypes: ["Ingress"] })), []);
    assert.deepEqual(risks(policy("deny", { policyTypes: ["Egress"] }), policy("all", { egress: [{}] })), []);
    const ours = { "app.kubernetes.io/managed-by": "trident-etcd" };
    assert.deepEqual(risks(policy("trident-etcd", { policyTypes: ["Egress"] }, ours)), []);
  });

  for (const [podSelector, who] of [
    [{ matchLabels: { app: "etcd" } }, /what an etcd member may/],
    [{ matchExpressions: [{ key: "app", operator: "In", values: ["trident.netapp.io"] }] }, /what the new Trident may/],
    [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["etcd"] }] }, /what the new Trident may/],
    [{ matchExpressions: [{ key: "app", operator: "Exists" }] }, /an etcd member, the new Trident/],
  ] as const) {
    it(`holds the pods that it selects: ${JSON.stringify(podSelector)}`, () => {
      assert.match(risks(policy("deny", { podSelector, policyTypes: ["Egress"] } as object))[0] ?? "", who);
    });
  }

  it("does not hold pods without the label that it asks for", () => {
    const podSelector = { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] };
    assert.deepEqual(risks(policy("deny", { podSelector, policyTypes: ["Egress"] })), []);
  });
});
