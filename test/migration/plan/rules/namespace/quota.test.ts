import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { V1Pod, V1ResourceQuota } from "@kubernetes/client-node";
import type { PodRole } from "../../../../../migration/plan/read/namespace/planned-pods.ts";
import type { TriedPod } from "../../../../../migration/plan/read/namespace/try-pods.ts";
import { checkQuotas, type QuotaFacts } from "../../../../../migration/plan/rules/namespace/quota.ts";

function tried(role: PodRole, requests: Record<string, string>, spec: Partial<V1Pod["spec"]> = {}): TriedPod {
  const pod: V1Pod = { spec: { containers: [{ name: "c", resources: { requests } }], ...spec } };
  return { role, what: role, pod, isOwn: false, outcome: { kind: "admitted", pod } };
}

const pods = [
  tried("member", { cpu: "100m", memory: "128Mi" }),
  tried("operator", { cpu: "50m", memory: "64Mi" }),
  tried("trident", { cpu: "50m", memory: "64Mi" }),
  tried("source", {}, { activeDeadlineSeconds: 60 }),
  tried("oldTrident", { cpu: "1" }),
];

const install = [{ member: 3, operator: 1, trident: 1 }];

function quota(hard: Record<string, string>, used: Record<string, string> = {}, spec = {}): V1ResourceQuota {
  return { metadata: { name: "compute" }, spec: { hard, ...spec }, status: { hard, used } };
}

function check(one: V1ResourceQuota, change: Partial<QuotaFacts> = {}) {
  const facts = { namespace: "trident", quotas: [one], pods, moments: install, objects: new Map(), ...change };
  return checkQuotas(facts).blockers;
}

describe("a ResourceQuota", () => {
  it("that suffices for all that comes at once is nothing to tell of", () => {
    assert.deepEqual(check(quota({ pods: "5", "requests.cpu": "400m", memory: "512Mi" })), []);
  });

  it("that does not blocks, with what is allowed, used and added, and the command that allows it", () => {
    const [blocker] = check(quota({ pods: "5", "requests.cpu": "1", "requests.memory": "1Gi" }, { pods: "3" }));
    assert.equal(blocker?.kind, "quotaExceeded");
    assert.match(
      blocker.message,
      /ResourceQuota compute of namespace trident.*pods: 5 more where 5 is allowed and 3 used/,
    );
    assert.match(blocker.message, /3 etcd members, 1 etcd-operator, 1 new Trident/);
    assert.ok(
      blocker.remedy.includes(
        `kubectl --namespace trident patch resourcequota compute --type merge --patch '{"spec":{"hard":{"pods":"8"}}}'`,
      ),
      blocker.remedy,
    );
  });

  it("counts processor time and memory, by all of their names", () => {
    const needed = (hard: Record<string, string>) =>
      /"hard":(\{[^}]*\})/.exec(check(quota(hard))[0]?.remedy ?? "")?.[1];
    assert.equal(needed({ cpu: "300m" }), '{"cpu":"400m"}');
    assert.equal(needed({ "requests.memory": "500Mi" }), '{"requests.memory":"512Mi"}');
    assert.equal(needed({ "limits.memory": "0" }), undefined);
  });

  it("counts objects by kind", () => {
    const objects = new Map([
      ["secrets", 3],
      ["deployments.apps", 2],
    ]);
    assert.match(
      check(quota({ "count/deployments.apps": "1" }), { objects })[0]?.message ?? "",
      /2 more where 1 is allowed/,
    );
    assert.match(check(quota({ secrets: "5" }, { secrets: "3" }), { objects })[0]?.message ?? "", /3 more where 5/);
    assert.deepEqual(check(quota({ persistentvolumeclaims: "0", "services.loadbalancers": "0" }), { objects }), []);
  });

  it("is not exceeded by what comes when others are gone", () => {
    const moments = [
      { member: 3, operator: 1, imageCheck: 1 },
      { member: 3, operator: 1, oldTrident: -1, source: 1, trident: 1 },
    ];
    assert.deepEqual(check(quota({ "requests.cpu": "1400m" }, { "requests.cpu": "1" }), { moments }), []);
    assert.deepEqual(check(quota({ pods: "6" }, { pods: "1" }), { moments: moments.slice(1) }), []);
    assert.match(check(quota({ pods: "5" }, { pods: "1" }), { moments })[0]?.message ?? "", /not all at once/);
  });

  it("has nothing to say where nothing is added, even if it is used up", () => {
    assert.deepEqual(
      check(quota({ pods: "5" }, { pods: "5" }), { moments: [{ member: 0, operator: 0, trident: 0 }] }),
      [],
    );
    assert.deepEqual(check(quota({ pods: "5" }, { pods: "9" }), { moments: [] }), []);
  });

  it("counts only the pods that it is about", () => {
    const moments = [{ member: 3, source: 1 }];
    const needed = (spec: object) => check(quota({ pods: "0" }, {}, spec), { moments })[0]?.message;
    assert.match(needed({ scopes: ["Terminating"] }) ?? "", /pods: 1 more/);
    assert.match(needed({ scopes: ["NotTerminating"] }) ?? "", /pods: 3 more/);
    assert.match(needed({ scopes: ["BestEffort"] }) ?? "", /pods: 1 more/);
    assert.match(needed({ scopes: ["NotBestEffort"] }) ?? "", /pods: 3 more/);
    const byPriority = (operator: string, values?: string[]) => ({
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator, values }] },
    });
    assert.equal(needed(byPriority("In", ["high"])), undefined);
    assert.match(needed(byPriority("NotIn", ["high"])) ?? "", /pods: 4 more/);
    assert.match(needed(byPriority("DoesNotExist")) ?? "", /pods: 4 more/);
    assert.equal(needed({ scopes: ["CrossNamespacePodAffinity"] }), undefined);
  });
});
