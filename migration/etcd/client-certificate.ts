import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";

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
 * All that can be said about a client's certificate without asking the server, for the case that one CA signs for both
 * sides.
 *
 * @throws CertificateError that names the part.
 */
export function checkClientCertificate(material: CertificateMaterial, now: Date = new Date()): void {
  checkCertificateMaterial(material, now);
  refuseUnsigned(
    readCertificates("certificate", material.certificate),
    readCertificates("certificateAuthority", material.certificateAuthority),
  );
}

/**
 * The same without the question who signed the client's certificate: a server may trust another CA for its clients than
 * the one that signed its own certificate.
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
  const privateKey = readPrivateKey(privateKeyPem);
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

type AtLeastOne<T> = [T, ...T[]];

function readCertificates(part: CertificatePart, pem: Buffer): AtLeastOne<X509Certificate> {
  const blocks = pem.toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const [first, ...others] = blocks.map((block) => readCertificate(part, block));
  if (first === undefined) {
    throw new CertificateError(part, `holds no PEM certificate (${pem.length} bytes)`);
  }
  return [first, ...others];
}

function readCertificate(part: CertificatePart, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    // OpenSSL's message may quote what it read.
    throw new CertificateError(part, "cannot be parsed: it is no valid PEM certificate");
  }
}

function readPrivateKey(pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new CertificateError(
      "privateKey",
      "cannot be parsed: it is no valid PEM private key, or one with a passphrase, which cannot be used here",
    );
  }
}

function refuseInvalidDates(part: CertificatePart, certificate: X509Certificate, now: Date): void {
  if (certificate.validToDate < now) {
    throw new CertificateError(part, `expired on ${certificate.validToDate.toISOString()}. Renew it`);
  }
  if (certificate.validFromDate > now) {
    throw new CertificateError(
      part,
      `is not valid before ${certificate.validFromDate.toISOString()}. Check the clocks of this machine and of its issuer`,
    );
  }
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

/** Follows the issuers from the client's certificate through the intermediate ones until one signed by an authority. */
function refuseUnsigned(chain: AtLeastOne<X509Certificate>, authorities: readonly X509Certificate[]): void {
  let [current] = chain;
  // Each step uses up an intermediate certificate, so that a circle of them comes to its end.
  const intermediates = new Set(chain.slice(1));
  while (!authorities.some((authority) => isSignedBy(current, authority))) {
    const issuer = [...intermediates].find((candidate) => isSignedBy(current, candidate));
    if (issuer === undefined) {
      throw new CertificateError(
        "certificate",
        "is not signed by the CA certificate. Use the CA, the certificate and the key that were issued together",
      );
    }
    intermediates.delete(issuer);
    current = issuer;
  }
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
