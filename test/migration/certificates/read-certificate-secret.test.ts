import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CertificateSecretError,
  materialOf,
  readCertificateSecret,
} from "../../../migration/certificates/read-certificate-secret.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

const place = {
  namespace: "n",
  name: "s",
  keys: { certificateAuthority: "ca.crt", certificate: "tls.crt", privateKey: "tls.key" },
};

describe("a Secret with certificates", () => {
  let fake: FakeKubernetes;

  before(async () => {
    fake = await startFakeKubernetes();
  });
  after(() => fake.stop());

  it("is read under the names that it has", () => {
    const data = { "ca.crt": base64("authority"), "tls.crt": base64("certificate"), "tls.key": base64("key") };
    const material = materialOf({ data }, place);
    assert.equal(material.certificateAuthority.toString(), "authority");
    assert.equal(material.certificate.toString(), "certificate");
    assert.equal(material.privateKey.toString(), "key");
  });

  it("names every key that it lacks, and those that it has, but nothing of what is under them", () => {
    const data = { "tls.crt": base64("certificate"), "ca.crt": "", other: base64("sesame") };
    assert.throws(
      () => materialOf({ data }, place),
      (error: unknown) => {
        assert.ok(error instanceof CertificateSecretError);
        assert.equal(error.problems.length, 2);
        assert.match(
          error.problems[0] ?? "",
          /Secret n\/s has nothing under the key ca\.crt: it has ca\.crt, other, tls/,
        );
        assert.match(error.problems[1] ?? "", /under the key tls\.key/);
        assert.doesNotMatch(error.message, /sesame|c2VzYW1l/);
        return true;
      },
    );
  });

  it("that does not exist is named, with the way out", async () => {
    await assert.rejects(readCertificateSecret(fake.cluster, place), {
      name: "CertificateSecretError",
      message: /Secret s does not exist in namespace n\. Make it.*kubectl --namespace n get secrets/,
    });
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
