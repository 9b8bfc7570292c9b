import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { refusalOf } from "../../../../../migration/kubernetes/refusal.ts";
import type { PodRole } from "../../../../../migration/plan/read/namespace/planned-pods.ts";
import type { TriedPod } from "../../../../../migration/plan/read/namespace/try-pods.ts";
import { checkRefusedPods, checkUntried } from "../../../../../migration/plan/rules/namespace/refused-pods.ts";

const whats: Partial<Record<PodRole, string>> = { member: "an etcd member", trident: "the new Trident" };

function refused(role: PodRole, said: string, change: Partial<TriedPod> = {}): TriedPod {
  const outcome = { kind: "refused", refusal: refusalOf(`pods "x-1" is forbidden: ${said}`) } as const;
  return { role, what: whats[role] ?? role, pod: {}, isOwn: false, outcome, ...change };
}

const install = [{ member: 3, operator: 1, trident: 1 }];

function check(pods: readonly TriedPod[], moments: readonly object[] = install, quotas: readonly string[] = []) {
  const { blockers, risks } = checkRefusedPods({ namespace: "trident", pods, moments, quotas });
  return {
    blockers: blockers.map(({ message, remedy }) => `${message}\n${remedy}`),
    risks: risks.map((risk) => risk.message),
  };
}

describe("pods that the API server would refuse", () => {
  it("block with its own words, those of one cause together, and what to do about that", () => {
    const { blockers, risks } = check([
      refused("member", 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'),
      refused("trident", 'violates PodSecurity "restricted:latest": runAsNonRoot != true'),
      refused("operator", 'admission webhook "images.example.com" denied the request: no image of quay.io'),
    ]);
    assert.equal(blockers.length, 2);
    assert.match(
      blockers[0] ?? "",
      /an etcd member \(violates PodSecurity "restricted:latest": allowPriv.*the new Trident \(/,
    );
    assert.match(
      blockers[0] ?? "",
      /kubectl label namespace trident pod-security.kubernetes.io\/enforce=baseline --overwrite/,
    );
    assert.match(blockers[1] ?? "", /no image of quay.io/);
    assert.match(blockers[1] ?? "", /validatingwebhookconfigurations.*has webhook images.example.com/);
    assert.deepEqual(risks, []);
  });

  for (const [said, remedy] of [
    ["failed quota: compute: must specify limits.cpu for: etcd", /"kind":"LimitRange".*"default":\{"cpu":"1"/],
    ["maximum memory usage per Container is 64Mi, but limit is 128Mi", /get limitranges/],
    ['violates PodSecurity "baseline:latest": host namespaces', /enforce=privileged/],
    [
      "ValidatingAdmissionPolicy 'no-root' with binding 'all' denied request: no root",
      /validatingadmissionpolicy no-root/,
    ],
    ['failed calling webhook "w.example.com": refused', /until it answers/],
    ["no PriorityClass with name storage was found", /Put that right/],
  ] as const) {
    it(`block with a remedy of their own: ${said.slice(0, 40)}`, () => {
      assert.match(check([refused("member", said)]).blockers[0] ?? "", remedy);
    });
  }

  it("say the same words once", () => {
    const said = "maximum memory usage per Container is 64Mi, but limit is 128Mi";
    const [blocker = ""] = check([refused("member", said), refused("trident", said)]).blockers;
    assert.match(blocker, /an etcd member, the new Trident \(maximum memory usage/);
    assert.equal(blocker.split("maximum memory").length, 2);
  });

  it("leave a quota to the sum, and to its words only where it could not be read", () => {
    const pods = [refused("member", "exceeded quota: compute, requested: pods=1, used: pods=3, limited: pods=3")];
    assert.deepEqual(check(pods, install, ["compute"]), { blockers: [], risks: [] });
    assert.match(check(pods).blockers[0] ?? "", /exceeded quota: compute/);
    const standing = [{ member: 0, operator: 0, trident: 0 }];
    assert.deepEqual(check(pods, standing), { blockers: [], risks: [] });
  });

  it("are a risk where they run already", () => {
    const standing = [{ member: 0, operator: 0, trident: 0 }];
    const { blockers, risks } = check([refused("trident", 'violates PodSecurity "restricted:latest": root')], standing);
    assert.deepEqual(blockers, []);
    assert.match(risks[0] ?? "", /What runs was admitted, but a new pod in its place would not be.*the new Trident/);
  });

  it("are a risk where only an undo would make them", () => {
    const { risks } = check([refused("oldTrident", 'violates PodSecurity "baseline:latest": hostPath')]);
    assert.match(risks[0] ?? "", /Should the migration fail, the old Trident could not be put back/);
  });

  it("are a risk where it depends on who makes them, but for those that this program makes", () => {
    const said = "unable to validate against any pod security policy: []";
    const trident = check([refused("trident", said)]);
    assert.deepEqual(trident.blockers, []);
    assert.match(trident.risks[0] ?? "", /It may be.*--group=system:serviceaccounts:trident/s);
    assert.equal(check([refused("source", said, { isOwn: true })], [{ source: 1 }]).blockers.length, 1);
  });
});

describe("what could not be found out", () => {
  const untried = (said: string): TriedPod => ({
    ...refused("member", ""),
    outcome: { kind: "untried", refusal: refusalOf(said) },
  });

  it("is one line of permissions, and one for each webhook that knows no dry run", () => {
    const forbidden = 'pods is forbidden: User "jane" cannot create resource "pods"';
    const pods = [untried(forbidden), untried(forbidden), untried('admission webhook "w" does not support dry run')];
    const { risks } = checkUntried({ namespace: "trident", pods }, ["resourcequotas"]);
    assert.equal(risks.length, 2);
    assert.match(risks[0]?.message ?? "", /may not create pods \(none is made.*\), list resourcequotas\.$/);
    assert.match(risks[1]?.message ?? "", /webhook w can't be asked/);
    assert.deepEqual(checkUntried({ namespace: "trident", pods: [] }, []).risks, []);
  });
});
