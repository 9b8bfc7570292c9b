import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { V1Secret } from "@kubernetes/client-node";
import { clientMaterial, readClientSecret } from "../../../migration/connect/client-secret.ts";
import { createAuthority, type CertificateAuthority, type IssuedCertificate } from "../../certificate-authority.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../kubernetes/fake-kubernetes.ts";

describe("the client's Secret", () => {
  let authority: CertificateAuthority;
  let client: IssuedCertificate;
  let fake: FakeKubernetes;

  before(async () => {
    fake = await startFakeKubernetes();
    authority = await createAuthority();
    client = await authority.issue({ commonName: "client", usages: ["clientAuth"] });
  });
  after(async () => {
    await authority.remove();
    await fake.stop();
  });

  it("gives what a client needs", () => {
    const material = clientMaterial(secret({}), "n", "s");
    assert.ok(material.certificate.equals(client.certificate));
    assert.ok(material.privateKey.equals(client.privateKey));
    assert.ok(material.certificateAuthority.equals(authority.certificate));
  });

  it("that does not exist is named, with the way out", async () => {
    await assert.rejects(readClientSecret(fake.cluster, "n", "s"), {
      name: "ClientSecretError",
      message: /Secret s in namespace n.*does not exist.*pulumi refresh.*pulumi up/,
    });
  });

  for (const key of ["etcd-client.crt", "etcd-client.key", "etcd-client-ca.crt"]) {
    it(`without the key ${key} is refused, naming it`, () => {
      assertRefused({ [key]: undefined }, new RegExp(`Secret s in namespace n.*lacks the key ${key}`));
    });

    it(`with something else under ${key} is refused, naming it and showing nothing of it`, () => {
      assertRefused({ [key]: Buffer.from("no-pem-at-all") }, new RegExp(`is unusable: under ${key}`));
    });
  }

  it("with the private key of another certificate is refused", async () => {
    const other = await authority.issue({ commonName: "other", usages: ["clientAuth"] });
    assertRefused({ "etcd-client.key": other.privateKey }, /under etcd-client\.key.*does not belong/);
  });

  it("with an expired certificate is refused", async () => {
    const expired = await authority.issue({ commonName: "old", usages: ["clientAuth"], validDays: -1 });
    const change = { "etcd-client.crt": expired.certificate, "etcd-client.key": expired.privateKey };
    assertRefused(change, /under etcd-client\.crt.*expired/);
  });

  function assertRefused(change: Record<string, Buffer | undefined>, message: RegExp): void {
    assert.throws(
      () => clientMaterial(secret(change), "n", "s"),
      (error: Error) => {
        assert.equal(error.name, "ClientSecretError");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /-----BEGIN|no-pem-at-all/);
        return true;
      },
    );
  }

  function secret(change: Record<string, Buffer | undefined>): V1Secret {
    const material: Record<string, Buffer | undefined> = {
      "etcd-client.crt": client.certificate,
      "etcd-client.key": client.privateKey,
      "etcd-client-ca.crt": authority.certificate,
      ...change,
    };
    const present = Object.entries(material).filter((entry): entry is [string, Buffer] => entry[1] !== undefined);
    return { data: Object.fromEntries(present.map(([key, value]) => [key, value.toString("base64")])) };
  }
});
