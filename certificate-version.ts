import { createHash } from "node:crypto";
import type { CertificateMaterial } from "@trident-etcd/migration/etcd/client-certificate.ts";

/**
 * A text that changes with the client's certificate or its CA. Not only the certificate's end: its issuer may exchange it for
 * another one with the same.
 */
export function certificateVersion(parts: Pick<CertificateMaterial, "certificate" | "certificateAuthority">): string {
  const { certificateAuthority, certificate } = parts;
  return `sha256:${createHash("sha256").update(certificateAuthority).update(certificate).digest("hex")}`;
}
