import { X509Certificate } from "node:crypto";
import { isEtcdCluster } from "../../../connect/describe-address.ts";
import { expiryOf, type CertificateMaterial } from "../../../certificates/client-certificate.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";
import type { PlannedCertificate } from "../../migration-plan.ts";
import type { PlanRequest } from "../../plan-request.ts";

interface CertificatePlace {
  readonly name: string;
  readonly secret: string;
  readonly key: string;
}

/** The certificates in the stack's Secrets, under the keys that the etcd-operator wants. */
function certificatePlaces(clientSecret: string): CertificatePlace[] {
  return [
    { name: "authority", secret: clientSecret, key: "etcd-client-ca.crt" },
    { name: "server", secret: "etcd-server-tls", key: "server.crt" },
    { name: "peer", secret: "etcd-peer-tls", key: "peer.crt" },
    { name: "client", secret: clientSecret, key: "etcd-client.crt" },
  ];
}

/** Of the Secrets only the certificates are looked at, and of those only when they end. */
export function planCertificates(
  secrets: ReadonlyMap<string, ServedObject>,
  request: Pick<PlanRequest, "destination" | "existing" | "certificateValidityHours">,
): PlannedCertificate[] {
  const { destination, existing } = request;
  if (!isEtcdCluster(destination)) return givenCertificates(destination.clientSecret ?? "", existing?.identity.tls);
  return certificatePlaces(destination.clientSecret).map(({ name, secret, key }) => {
    const expires = endOf((secrets.get(secret)?.data as Record<string, string> | undefined)?.[key]);
    return expires === undefined
      ? { name, secret, validHours: request.certificateValidityHours }
      : { name, secret, expires };
  });
}

/** For an existing etcd the client's side is all that is known: what was given. */
function givenCertificates(secret: string, material: CertificateMaterial | undefined): PlannedCertificate[] {
  if (material === undefined) return [];
  return (["authority", "client"] as const).map((name) => {
    const part = name === "client" ? "certificate" : "certificateAuthority";
    return { name, secret, from: "as given", expires: expiryOf(part, material[part]).toISOString() };
  });
}

export function judgeCertificates(
  certificates: readonly PlannedCertificate[],
  earlyRenewalHours: number,
  now: Date,
): string[] {
  return certificates.flatMap(({ name, secret, from, expires }) => {
    if (expires === undefined) return [];
    const hoursLeft = (Date.parse(expires) - now.getTime()) / 3_600_000;
    if (from !== undefined) {
      if (hoursLeft > earlyRenewalHours) return [];
      return [
        `The ${name} certificate that was given for the existing etcd ends on ${expires}; only its issuer can renew it.`,
      ];
    }
    if (hoursLeft <= 0) return [`The ${name} certificate in Secret ${secret} ended on ${expires}; this run renews it.`];
    if (hoursLeft > earlyRenewalHours) return [];
    return [`The ${name} certificate in Secret ${secret} ends on ${expires}; this run renews it and restarts Trident.`];
  });
}

function endOf(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64 === "") return undefined;
  try {
    return new Date(new X509Certificate(Buffer.from(base64, "base64")).validTo).toISOString();
  } catch {
    // Not a certificate: its user will say so; the plan only wants its end.
    return undefined;
  }
}
