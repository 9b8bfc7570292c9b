import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { defaultSettings, type Settings } from "../../../program/settings/settings.ts";
import { checkCertificateSettings } from "../../../program/settings/check-certificates.ts";

const problemsOf = (change: Partial<Settings>): string[] =>
  checkCertificateSettings({ ...defaultSettings, ...change }, defaultSettings);
const secrets = { serverCertificateSecret: "s", peerCertificateSecret: "p", clientCertificateSecret: "c" };

describe("settings about certificates", () => {
  test("go together when they are the defaults, a folder, or three Secrets, each with when to warn", () => {
    assert.deepEqual(problemsOf({}), []);
    assert.deepEqual(problemsOf({ certificateDirectory: "tls", certificateEarlyRenewalHours: 99_999 }), []);
    assert.deepEqual(problemsOf(secrets), []);
  });

  test("contradict each other with a folder and Secrets", () => {
    assert.deepEqual(problemsOf({ certificateDirectory: "tls", ...secrets }), [
      'certificateDirectory is "tls" and serverCertificateSecret is "s" and peerCertificateSecret is "p" and ' +
        'clientCertificateSecret is "c": certificates come from files or from Secrets. Remove the one or the others with ' +
        '"pulumi config rm NAME".',
    ]);
  });

  test("contradict each other with only some of the Secrets", () => {
    assert.deepEqual(problemsOf({ serverCertificateSecret: "s" }), [
      'peerCertificateSecret and clientCertificateSecret are not set, and serverCertificateSecret is "s": a cluster needs all ' +
        'three. Set "pulumi config set peerCertificateSecret SECRET" and "pulumi config set clientCertificateSecret SECRET", ' +
        "or remove the other.",
    ]);
    assert.match(problemsOf({ ...secrets, peerCertificateSecret: "" })[0] ?? "", /^peerCertificateSecret is not set, /);
  });

  test("may not name a Secret that the stack makes", () => {
    const [problem, ...others] = problemsOf({ ...secrets, peerCertificateSecret: "etcd-peer-tls" });
    assert.deepEqual(others, []);
    assert.match(problem ?? "", /^peerCertificateSecret is "etcd-peer-tls": the stack makes .* another name\.$/);
  });

  test("contradict each other where some shape certificates that are not generated, each told", () => {
    const problems = problemsOf({
      certificateDirectory: "tls",
      certificateValidityHours: 100,
      certificateKeyAlgorithm: "ECDSA",
      certificateOrganization: "Storage",
      certificateExtraDnsNames: ["etcd.example.com"],
    });
    assert.equal(problems.length, 4);
    assert.ok(
      problems.every((problem) => problem.includes('certificateDirectory is "tls", so that none are generated')),
    );
    assert.ok(problems[3]?.startsWith('certificateExtraDnsNames is "etcd.example.com", '), problems[3]);
  });

  test("contradict each other where every run would renew what is generated", () => {
    assert.equal(problemsOf({ certificateValidityHours: 720 }).length, 1);
  });
});
