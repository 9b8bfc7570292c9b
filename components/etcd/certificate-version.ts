import { createHash } from "node:crypto";

/**
 * A text that changes with the client's certificate or its CA. Not only the certificate's end: its issuer may exchange it for
 * another one with the same.
 */
export function certificateVersion({ certificate, certificateAuthority }: ClientCertificateParts): string {
  return `sha256:${createHash("sha256").update(certificateAuthority).update(certificate).digest("hex")}`;
}

/** PEM. */
interface ClientCertificateParts {
  readonly certificate: Buffer | string;
  readonly certificateAuthority: Buffer | string;
}
