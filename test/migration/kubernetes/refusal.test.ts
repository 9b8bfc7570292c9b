import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClusterRequestError } from "../../../migration/kubernetes/errors.ts";
import { refusalOf, type RefusalCause } from "../../../migration/kubernetes/refusal.ts";

const pod = 'pods "trident-etcd-x7" is forbidden: ';

/** As API servers say it: cause, whose refusal it is, words. */
const refusals: readonly (readonly [cause: RefusalCause, by: string, said: string])[] = [
  ["quota", "compute", `${pod}exceeded quota: compute, requested: pods=1, used: pods=3, limited: pods=3`],
  [
    "quotaNeedsMore",
    "compute",
    `${pod}failed quota: compute: must specify limits.cpu for: etcd; limits.memory for: etcd`,
  ],
  ["limitRange", "", `${pod}maximum memory usage per Container is 64Mi, but limit is 128Mi`],
  ["limitRange", "", `${pod}[minimum cpu usage per Container is 200m, but request is 50m]`],
  [
    "limitRange",
    "",
    'Pod "trident-etcd-x7" is invalid: spec.containers[0].resources.requests: Invalid value: "128Mi": must be less than or equal ' +
      "to memory limit of 64Mi",
  ],
  [
    "podSecurity",
    "restricted",
    `${pod}violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container ...)`,
  ],
  ["podSecurityPolicy", "", `${pod}unable to validate against any pod security policy: []`],
  ["podSecurityPolicy", "", `${pod}PodSecurityPolicy: unable to admit pod: [spec.volumes[0]: Invalid value: "secret"]`],
  ["securityContextConstraint", "", `${pod}unable to validate against any security context constraint: []`],
  ["webhook", "policy.example.com", 'admission webhook "policy.example.com" denied the request: no image of docker.io'],
  [
    "webhookSilent",
    "policy.example.com",
    'Internal error occurred: failed calling webhook "policy.example.com": connection refused',
  ],
  [
    "webhookSilent",
    "old.example.com",
    'Internal error occurred: failed calling admission webhook "old.example.com": EOF',
  ],
  ["noDryRun", "policy.example.com", 'admission webhook "policy.example.com" does not support dry run'],
  [
    "admissionPolicy",
    "no-root",
    `${pod}ValidatingAdmissionPolicy 'no-root' with binding 'all' denied request: no root`,
  ],
  ["serviceAccount", "", `${pod}error looking up service account trident/default: serviceaccount "default" not found`],
  [
    "permission",
    "",
    'pods is forbidden: User "jane" cannot create resource "pods" in API group "" in the namespace "trident"',
  ],
  [
    "permission",
    "",
    'pods is forbidden: User "jane" cannot create pods in the namespace "trident": no RBAC policy matched',
  ],
  ["other", "", `${pod}no PriorityClass with name storage was found`],
];

describe("an API server's refusal", () => {
  for (const [cause, by, said] of refusals) {
    it(`is ${cause}${by === "" ? "" : ` of ${by}`}: ${said.replace(pod, "").slice(0, 60)}`, () => {
      assert.deepEqual({ ...refusalOf(said), words: undefined }, { cause, by, words: undefined });
    });
  }

  it("is told in the API server's own words, without the name that the object happened to have", () => {
    assert.equal(refusalOf(`${pod}exceeded quota: q, requested: pods=1`).words, "exceeded quota: q, requested: pods=1");
    assert.equal(refusalOf('Pod "x" is invalid: spec: no').words, "spec: no");
    assert.equal(refusalOf("something else").words, "something else");
  });

  it("advises a permission only where one is lacking", () => {
    const request = { method: "POST", path: "/api/v1/namespaces/trident/pods" };
    const said = (explanation: string) => new ClusterRequestError(request, 403, explanation).message;
    assert.match(
      said('pods is forbidden: User "jane" cannot create resource "pods"'),
      /Give the user.*that permission/,
    );
    assert.match(said(`${pod}exceeded quota: q`), /exceeded quota: q\.$/);
  });
});
