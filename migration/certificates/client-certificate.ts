import type { X509Certificate } from "node:crypto";
import { certificatesIn, dateProblem, privateKeyIn, type AtLeastOne, type Contents } from "./pem-contents.ts";

/** PEM, as the Secret's keys or files hold it. */
export interface CertificateMaterial {
  readonly certificateAuthority: Buffer;
  /** The client's certificate, intermediate ones after it. */
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
}

/** The same for a client that may have no certificate of its own. */
export type TlsMaterial = Pick<CertificateMaterial, "certificateAuthority"> & Partial<CertificateMaterial>;

export type CertificatePart = "certificateAuthority" | "certificate" | "privateKey";

const PART_NAMES: Record<CertificatePart, string> = {
  certificateAuthority: "the CA certificate",
  certificate: "the client certificate",
  privateKey: "the client's private key",
};

/** What is wrong with which part; never any of its content. */
export class CertificateError extends Error {
  readonly part: CertificatePart;

  constructor(part: CertificatePart, problem: string) {
    super(`${PART_NAMES[part]} ${problem}`);
    this.name = "CertificateError";
    this.part = part;
  }
}

/** From RFC 5280, 4.2.1.12. */
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/**
 * All that can be said about a client's certificate without asking the server. Not who signed it: a server may trust another
 * CA for its clients than the one that signed its own certificate.
 *
 * @throws CertificateError that names the part.
 */
export function checkCertificateMaterial(material: TlsMaterial, now: Date = new Date()): void {
  for (const authority of readCertificates("certificateAuthority", material.certificateAuthority)) {
    refuseInvalidDates("certificateAuthority", authority, now);
  }
  const { certificate, privateKey } = material;
  if (certificate !== undefined && privateKey !== undefined) {
    checkCertificateWithKey(certificate, privateKey, now);
  } else if (certificate !== undefined) {
    throw new CertificateError("privateKey", "is missing, and the client certificate is of no use without it");
  } else if (privateKey !== undefined) {
    throw new CertificateError("certificate", "is missing, and the client's private key is of no use without it");
  }
}

function checkCertificateWithKey(certificatePem: Buffer, privateKeyPem: Buffer, now: Date): void {
  const [certificate] = readCertificates("certificate", certificatePem);
  const privateKey = contentsOf("privateKey", privateKeyIn(privateKeyPem));
  refuseInvalidDates("certificate", certificate, now);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new CertificateError(
      "privateKey",
      "does not belong to the client certificate. Use the two that were issued together",
    );
  }
  refuseOtherUse(certificate);
}

/** The subject's common name, which is the user's name to an etcd that asks who one is; undefined without one. */
export function commonNameOf(certificatePem: Buffer): string | undefined {
  const [certificate] = readCertificates("certificate", certificatePem);
  return /^CN=(.+)$/m.exec(certificate.subject)?.[1];
}

/** Until when the certificate is valid, the first one of a chain. */
export function expiryOf(part: CertificatePart, pem: Buffer): Date {
  return readCertificates(part, pem)[0].validToDate;
}

function readCertificates(part: CertificatePart, pem: Buffer): AtLeastOne<X509Certificate> {
  return contentsOf(part, certificatesIn(pem));
}

function contentsOf<Value>(part: CertificatePart, contents: Contents<Value>): Value {
  if ("problem" in contents) throw new CertificateError(part, contents.problem);
  return contents.value;
}

function refuseInvalidDates(part: CertificatePart, certificate: X509Certificate, now: Date): void {
  const problem = dateProblem(certificate, now);
  if (problem !== undefined) throw new CertificateError(part, problem);
}

function refuseOtherUse(certificate: X509Certificate): void {
  // Node types the list as present; a certificate without the extension has none and may be used for anything.
  const uses = certificate.keyUsage as string[] | undefined;
  if (uses !== undefined && !uses.includes(CLIENT_AUTHENTICATION)) {
    throw new CertificateError(
      "certificate",
      "is not issued for client authentication. Issue one with that extended key usage",
    );
  }
}
