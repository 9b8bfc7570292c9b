import type { X509Certificate } from "node:crypto";
import type { AtLeastOne } from "./pem-contents.ts";

/**
 * Whether the first certificate leads to one of the authorities: follows the issuers through the intermediate ones after it.
 * Dates are another matter.
 */
export function isTrusted(chain: AtLeastOne<X509Certificate>, authorities: readonly X509Certificate[]): boolean {
  let [current] = chain;
  // Each step uses up an intermediate certificate, so that a circle of them comes to its end.
  const intermediates = new Set(chain.slice(1));
  while (!authorities.some((authority) => isSignedBy(current, authority))) {
    const issuer = [...intermediates].find((candidate) => isSignedBy(current, candidate));
    if (issuer === undefined) return false;
    intermediates.delete(issuer);
    current = issuer;
  }
  return true;
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
