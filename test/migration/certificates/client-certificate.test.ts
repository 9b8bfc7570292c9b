import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CertificateError,
  checkCertificateMaterial,
  type CertificateMaterial,
  type CertificatePart,
} from "../../../migration/certificates/client-certificate.ts";
import { createAuthority, type CertificateAuthority } from "../../certificate-authority.ts";

let authority: CertificateAuthority;
let otherAuthority: CertificateAuthority;
let material: CertificateMaterial;
before(async () => {
  [authority, otherAuthority] = await Promise.all([createAuthority("the-ca"), createAuthority("the-ca")]);
  const { certificate, privateKey } = await authority.issue({ commonName: "client", usages: ["clientAuth"] });
  material = { certificateAuthority: authority.certificate, certificate, privateKey };
});
after(() => Promise.all([authority.remove(), otherAuthority.remove()]));

test("accepts material that belongs together, and a CA among several", () => {
  checkCertificateMaterial(material);
  checkCertificateMaterial({
    ...material,
    certificateAuthority: Buffer.concat([otherAuthority.certificate, authority.certificate]),
  });
});

test("names the part that is empty or cannot be parsed, and quotes none of it", () => {
  const garbled = Buffer.from("-----BEGIN CERTIFICATE-----\nc2VjcmV0IGNvbnRlbnQ=\n-----END CERTIFICATE-----\n");
  refuses({ ...material, certificateAuthority: Buffer.alloc(0) }, "certificateAuthority", /no PEM certificate/);
  refuses({ ...material, certificateAuthority: garbled }, "certificateAuthority", /cannot be parsed/);
  refuses({ ...material, certificate: garbled }, "certificate", /cannot be parsed/);
  refuses({ ...material, certificate: material.privateKey }, "certificate", /no PEM certificate/);
  refuses({ ...material, privateKey: Buffer.from("secret content") }, "privateKey", /cannot be parsed/);
});

test("names a key that belongs to another certificate", async () => {
  const { privateKey } = await authority.issue({ commonName: "another" });
  refuses({ ...material, privateKey }, "privateKey", /does not belong/);
});

test("names a certificate, or a CA, that has expired or is not valid yet", () => {
  const inAYear = new Date(Date.now() + 365 * 86_400_000);
  const aYearAgo = new Date(Date.now() - 365 * 86_400_000);
  refuses(material, "certificateAuthority", /expired on/, inAYear);
  refuses(material, "certificateAuthority", /not valid before/, aYearAgo);
});

test("names a client certificate that expired before its CA", async () => {
  const { certificate, privateKey } = await authority.issue({ commonName: "old", validDays: -1 });
  refuses({ ...material, certificate, privateKey }, "certificate", /expired on/);
});

test("does not ask who signed the certificate: members may trust another CA for their clients than their own", () => {
  checkCertificateMaterial({ ...material, certificateAuthority: otherAuthority.certificate });
});

test("names a certificate that was issued for servers only", async () => {
  const { certificate, privateKey } = await authority.issue({ commonName: "server", usages: ["serverAuth"] });
  refuses({ ...material, certificate, privateKey }, "certificate", /client authentication/);
});

function refuses(candidate: CertificateMaterial, part: CertificatePart, message: RegExp, now?: Date): void {
  assert.throws(
    () => {
      checkCertificateMaterial(candidate, now);
    },
    (error: Error) => {
      assert(error instanceof CertificateError);
      assert.equal(error.part, part);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /secret|BEGIN|c2Vj/);
      return true;
    },
  );
}
