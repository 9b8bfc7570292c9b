import type { CertificateMaterial, CertificatePart } from "./client-certificate.ts";

/** Who holds a certificate: the members towards clients, the members towards each other, and clients. */
export type CertificateRole = "server" | "peer" | "client";

export const certificateRoles: readonly CertificateRole[] = ["server", "peer", "client"];

/** What one side shows to the other, and by which CAs it tells the other side. No key. PEM. */
export interface ShownCertificate {
  readonly certificate: Buffer;
  readonly certificateAuthority: Buffer;
  /** Where each part is from, as messages say it: `server.crt in folder tls`. */
  readonly places: Readonly<Record<CertificatePart, string>>;
}

export type ShownCertificates = Readonly<Record<CertificateRole, ShownCertificate>>;

/** Certificates for an etcd cluster that the user has had issued. */
export type BroughtCertificates = Readonly<Record<CertificateRole, ShownCertificate & CertificateMaterial>>;

export function withoutKeys(brought: BroughtCertificates): ShownCertificates {
  const shown = ({ certificate, certificateAuthority, places }: ShownCertificate): ShownCertificate => ({
    certificate,
    certificateAuthority,
    places,
  });
  return { server: shown(brought.server), peer: shown(brought.peer), client: shown(brought.client) };
}
