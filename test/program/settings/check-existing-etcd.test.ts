import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ConfigurationError } from "../../../program/settings/configuration-error.ts";
import { checkSettings } from "../../../program/settings/read-settings.ts";
import type { RawSettings } from "../../../program/settings/settings.ts";

const endpoints = { existingEtcdEndpoints: "https://etcd.example.com:2379" };
const files = {
  existingEtcdCaFile: "ca.crt",
  existingEtcdCertificateFile: "tls.crt",
  existingEtcdKeyFile: "tls.key",
};

describe("the settings of an existing etcd", () => {
  it("are read as their types, with files", () => {
    const settings = checkSettings({
      existingEtcdEndpoints: " https://a.example.com , https://[fd00::1]:23790 ",
      ...files,
      existingEtcdUsername: "trident",
      existingEtcdPassword: "sesame",
      existingEtcdReach: "pod",
      existingEtcdAdoptState: "true",
    });
    assert.deepEqual(settings.existingEtcdEndpoints, ["https://a.example.com:2379", "https://[fd00::1]:23790"]);
    assert.equal(settings.existingEtcdCaFile, "ca.crt");
    assert.equal(settings.existingEtcdCertificateFile, "tls.crt");
    assert.equal(settings.existingEtcdKeyFile, "tls.key");
    assert.equal(settings.existingEtcdUsername, "trident");
    assert.equal(settings.existingEtcdPassword, "sesame");
    assert.equal(settings.existingEtcdReach, "pod");
    assert.equal(settings.existingEtcdAdoptState, true);
  });

  it("do not have a namespace made that a pod to look through would need before", () => {
    const namespace = { ...endpoints, ...files, createNamespace: "true" };
    assert.throws(
      () => checkSettings(namespace),
      /createNamespace is true, and existingEtcdReach is auto: .*config rm createNamespace/,
    );
    assert.ok(checkSettings({ ...namespace, existingEtcdReach: "direct" }).createNamespace);
  });

  it("are read as their types, with a Secret, and for plaintext", () => {
    const secret = { existingEtcdSecret: "etcd-cert", existingEtcdSecretKeys: "ca.crt, tls.crt,tls.key" };
    const settings = checkSettings({ ...endpoints, ...secret, migrate: "true" });
    assert.equal(settings.existingEtcdSecret, "etcd-cert");
    assert.deepEqual(settings.existingEtcdSecretKeys, ["ca.crt", "tls.crt", "tls.key"]);
    const plain = checkSettings({ existingEtcdEndpoints: "http://etcd:2379", existingEtcdPlaintext: "true" });
    assert.deepEqual(plain.existingEtcdEndpoints, ["http://etcd:2379"]);
  });

  const refused: [what: string, raw: RawSettings, problem: RegExp][] = [
    [
      "no certificate",
      endpoints,
      /no client certificate is set: name its files with existingEtcdCaFile.*existingEtcdSecret/,
    ],
    [
      "some of the files",
      { ...endpoints, existingEtcdCaFile: "ca.crt" },
      /^existingEtcdCertificateFile and existingEtcdKeyFile are not set/,
    ],
    [
      "files and a Secret",
      { ...endpoints, ...files, existingEtcdSecret: "etcd-cert" },
      /^existingEtcdSecret is "etcd-cert", and existingEtcdCaFile is ".*Remove one or the other/,
    ],
    [
      "keys of no Secret",
      { ...endpoints, ...files, existingEtcdSecretKeys: "a,b,c" },
      /^existingEtcdSecretKeys is "a,b,c", and existingEtcdSecret is not set/,
    ],
    [
      "the name of the stack's own Secret",
      { ...endpoints, existingEtcdSecret: "etcd-client-tls" },
      /the stack makes a Secret of that name/,
    ],
    [
      "http without a word of consent",
      { existingEtcdEndpoints: "http://etcd:2379" },
      /anybody on the way reads the passwords.*existingEtcdPlaintext true/,
    ],
    [
      "consent to plaintext with https",
      { ...endpoints, ...files, existingEtcdPlaintext: "true" },
      /^existingEtcdPlaintext is true, and existingEtcdEndpoints is "https.*pulumi config rm existingEtcdPlaintext/,
    ],
    [
      "http and https",
      { ...files, existingEtcdEndpoints: "https://a:2379,http://b:2379" },
      /mixes https:\/\/ with http:\/\//,
    ],
    [
      "certificates for plaintext",
      { ...files, existingEtcdEndpoints: "http://a:2379", existingEtcdPlaintext: "true" },
      /^existingEtcdCaFile is ".*", existingEtcdCertificateFile is ".*" and existingEtcdKeyFile is ".*not used there/,
    ],
    [
      "a user without a password",
      { ...endpoints, ...files, existingEtcdUsername: "trident" },
      /^existingEtcdUsername is "trident", and existingEtcdPassword is not set.*--secret/,
    ],
    ["a password without a user", { ...endpoints, ...files, existingEtcdPassword: "sesame" }, /say whose it is/],
    [
      "a state that is adopted and one that is migrated",
      { ...endpoints, ...files, existingEtcdAdoptState: "true", migrate: "true" },
      /existingEtcdAdoptState is true and migrate is true/,
    ],
    [
      "settings of the stack's own etcd",
      { ...endpoints, ...files, etcdClusterSize: "5", memberAntiAffinity: "required" },
      /^etcdClusterSize is "5" and memberAntiAffinity is "required", and existingEtcdEndpoints is .*Remove each/,
    ],
    [
      "nothing but their details",
      { existingEtcdCaFile: "ca.crt", existingEtcdReach: "pod" },
      /^existingEtcdCaFile is "ca.crt" and existingEtcdReach is "pod", and existingEtcdEndpoints is empty/,
    ],
    ["one endpoint twice", { ...files, existingEtcdEndpoints: "https://a,https://a:2379" }, /named twice/],
    ["a path in an endpoint", { ...files, existingEtcdEndpoints: "https://a:2379/v3" }, /something after the port/],
    [
      "two keys of a Secret",
      { ...endpoints, existingEtcdSecret: "s", existingEtcdSecretKeys: "a,b" },
      /three different keys/,
    ],
    ["a Secret that can't be", { ...endpoints, existingEtcdSecret: "No_Name" }, /write the name of a Secret/],
  ];

  for (const [what, raw, problem] of refused) {
    it(`refuse ${what}, with the way out`, () => {
      const problems = problemsOf(raw);
      assert.ok(
        problems.some((each) => problem.test(each)),
        problems.join("\n"),
      );
      assert.ok(problems.every((each) => /pulumi config|Use https|name|Name|Remove|Write|write/.test(each)));
    });
  }

  it("are refused all together", () => {
    const raw = { ...endpoints, existingEtcdUsername: "trident", etcdClusterSize: "5", existingEtcdPlaintext: "true" };
    assert.equal(problemsOf(raw).length, 4);
  });

  it("never show a password: neither one of their own nor one in a URL", () => {
    for (const raw of [
      { ...endpoints, existingEtcdPassword: "sesame" },
      { ...files, existingEtcdEndpoints: "https://root:sesame@etcd:2379" },
    ]) {
      const problems = problemsOf(raw);
      assert.ok(problems.length > 0);
      assert.doesNotMatch(problems.join("\n"), /sesame/);
    }
  });

  it("refuse a password in plain text, without showing it", () => {
    const raw = { ...endpoints, ...files, existingEtcdUsername: "trident", existingEtcdPassword: "sesame" };
    const problems = problemsOf(raw, () => false);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /in plain text.*pulumi config set --secret existingEtcdPassword/);
    assert.doesNotMatch(problems[0] ?? "", /sesame/);
  });
});

function problemsOf(raw: RawSettings, isSecret?: () => boolean): readonly string[] {
  try {
    checkSettings(raw, isSecret);
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.problems;
  }
  return [];
}
