import type { X509Certificate } from "node:crypto";
import type { CertificateRole, ShownCertificate } from "./brought-certificates.ts";
import { certificatesIn, type AtLeastOne } from "./pem-contents.ts";
import { isTrusted } from "./trusted-chain.ts";

/** Who shows a certificate to whom. The other side finds the CA in its own CA file. */
export interface TrustRelation {
  readonly shown: CertificateRole;
  /** Whose CAs decide. */
  readonly to: CertificateRole;
  readonly why: string;
}

export const trustRelations: readonly TrustRelation[] = [
  { shown: "client", to: "server", why: "by which members tell their clients" },
  { shown: "server", to: "client", why: "by which clients tell the members" },
  { shown: "peer", to: "peer", why: "by which members tell each other" },
  { shown: "server", to: "server", why: "by which a member tells itself, whose gateway is a client of it" },
];

/** Of one role, as far as it could be read. */
export interface ReadCertificate {
  /** The certificate and intermediate ones after it. */
  readonly chain: AtLeastOne<X509Certificate> | undefined;
  readonly authorities: readonly X509Certificate[] | undefined;
}

export type ReadCertificates = Readonly<Record<CertificateRole, ReadCertificate>>;

type Shown = Pick<ShownCertificate, "certificate" | "certificateAuthority">;

export function readShown(shown: Readonly<Partial<Record<CertificateRole, Shown>>>): ReadCertificates {
  return { server: readOne(shown.server), peer: readOne(shown.peer), client: readOne(shown.client) };
}

function readOne(shown: Shown | undefined): ReadCertificate {
  const valueOf = (pem: Buffer | undefined) => {
    const contents = pem === undefined ? undefined : certificatesIn(pem);
    return contents !== undefined && "value" in contents ? contents.value : undefined;
  };
  return { chain: valueOf(shown?.certificate), authorities: valueOf(shown?.certificateAuthority) };
}

/** The relations in which the certificates of some are not signed by any CA of the others; what can't be read is left out. */
export function untrustedRelations(shown: ReadCertificates, by: ReadCertificates): TrustRelation[] {
  return trustRelations.filter((relation) => {
    const { chain } = shown[relation.shown];
    const { authorities } = by[relation.to];
    return chain !== undefined && authorities !== undefined && !isTrusted(chain, authorities);
  });
}
