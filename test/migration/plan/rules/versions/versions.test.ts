import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inSettings } from "../../../../../migration/wording/in-settings.ts";
import { checkVersions, type VersionFacts } from "../../../../../migration/plan/rules/versions/versions.ts";
import { told } from "../told.ts";

const legacy = {
  deployment: "trident",
  tridentImage: "netapp/trident:19.01.0",
  etcdImage: "quay.io/coreos/etcd:v3.3.10",
  etcdContainer: "etcd",
  etcdVersion: "3.3.10",
};
const fine: VersionFacts = {
  newTridentImage: "netapp/trident:19.04.0",
  kubernetes: "v1.34.1",
  unservedApis: [],
  legacy,
};

describe("the versions", () => {
  it("that go together are no matter", () => {
    assert.deepEqual(check(fine), { blockers: [], risks: [] });
  });

  const blocked: [what: string, change: Partial<VersionFacts>, kind: string, message: RegExp, remedy: RegExp][] = [
    [
      "a new Trident before 18.01",
      { newTridentImage: "netapp/trident:17.10.0", legacy: { ...legacy, tridentImage: "own/trident:x" } },
      "unsupportedTrident",
      /17\.10\.0 \(image netapp\/trident:17\.10\.0\).*18\.01 to 19\.04/,
      /pulumi config set tridentImage/,
    ],
    [
      "a new Trident 19.07, which would rewrite the state for good",
      { newTridentImage: "netapp/trident:19.07.1" },
      "unsupportedTrident",
      /19\.07\.1.*in objects of the cluster.*etcdv3b.*no older Trident starts on that/,
      /pulumi config set tridentImage.*docs\/after-19\.04\.md/,
    ],
    [
      "a new Trident from 19.10 on",
      { newTridentImage: "netapp/trident:20.07.0" },
      "unsupportedTrident",
      /20\.07\.0.*From 19\.10 on, the support for an external etcd is removed/,
      /pulumi config set tridentImage.*docs\/after-19\.04\.md/,
    ],
    [
      "an old Trident before 18.01",
      { legacy: { ...legacy, tridentImage: "netapp/trident:17.10.0" } },
      "unsupportedTrident",
      /Deployment trident runs Trident 17\.10\.0.*v2 store/,
      /18\.01 or later/,
    ],
    [
      "a new Trident older than the old one",
      { newTridentImage: "netapp/trident:18.10.0" },
      "imageOlderThanData",
      /18\.10\.0.*older than the 19\.01\.0 of Deployment trident/,
      /pulumi config set tridentImage netapp\/trident:19\.01\.0/,
    ],
    [
      "an etcd image older than the etcd that runs",
      { legacy: { ...legacy, etcdImage: "quay.io/coreos/etcd:v3.1.5" } },
      "imageOlderThanData",
      /Container etcd of Deployment trident names image quay\.io\/coreos\/etcd:v3\.1\.5, but etcd 3\.3\.10 runs/,
      /one of 3\.3/,
    ],
    [
      "a Kubernetes that Pulumi's provider refuses, OpenShift 3.11 among them",
      { kubernetes: "v1.11.0+d4cacc0", unservedApis: [["coordination.k8s.io/v1"]] },
      "unsupportedKubernetes",
      /1\.11\.0\+d4cacc0.*older than 1\.13/,
      /trident-etcd copy.*docs\/copying-by-hand\.md/,
    ],
    [
      "a cluster without an API that is needed",
      { unservedApis: [["policy/v1", "policy/v1beta1"]] },
      "unservedApi",
      /Kubernetes 1\.34\.1 serves neither policy\/v1 nor policy\/v1beta1/,
      /--runtime-config/,
    ],
  ];
  for (const [what, change, kind, message, remedy] of blocked) {
    it(`forbid ${what}`, () => {
      const { blockers } = check({ ...fine, ...change });
      assert.deepEqual(
        blockers.map((blocker) => blocker.kind),
        [kind],
      );
      assert.match(inSettings(blockers[0]?.message ?? ""), message);
      assert.match(inSettings(blockers[0]?.remedy ?? ""), remedy);
    });
  }

  it("are a risk where they can't be told, or were never tried", () => {
    const { blockers, risks } = check({
      newTridentImage: "own/trident@sha256:aa",
      unservedApis: [],
      kubernetes: "v1.40.0",
      legacy: { ...legacy, tridentImage: "own/trident:mine", etcdImage: "own/etcd:mine" },
    });
    assert.deepEqual(blockers, []);
    assert.equal(risks.length, 4);
    for (const image of ["own/trident@sha256:aa", "own/trident:mine", "own/etcd:mine", "1.40.0"]) {
      assert.ok(
        risks.some((risk) => risk.includes(image)),
        image,
      );
    }
  });

  it("of Kubernetes from 1.13 on are no matter", () => {
    assert.deepEqual(check({ ...fine, kubernetes: "v1.13.0" }), { blockers: [], risks: [] });
  });

  it("of one line are the same to each other: a patch is no older image", () => {
    const patched = { ...legacy, etcdImage: "quay.io/coreos/etcd:v3.3.9" };
    assert.deepEqual(check({ ...fine, legacy: patched }).blockers, []);
  });
});

function check(facts: VersionFacts) {
  return told(checkVersions(facts), "service");
}
