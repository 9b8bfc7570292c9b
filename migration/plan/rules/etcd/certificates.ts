import { X509Certificate } from "node:crypto";
import { certificateRoles, type ShownCertificates } from "../../../certificates/brought-certificates.ts";
import { expiryOf, type CertificateMaterial } from "../../../certificates/client-certificate.ts";
import { certificatesIn } from "../../../certificates/pem-contents.ts";
import { isOwnEtcd } from "../../../connect/etcd-address.ts";
import type { PlannedCertificate } from "../../migration-plan.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";
import type { FoundObject } from "../../read/stack-objects.ts";
import { atRisk, type Findings } from "../findings.ts";

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

type ServedSecrets = ReadonlyMap<string, ServedObject>;

/** Those of the stack that there are, by their names. */
export function secretsIn(objects: readonly FoundObject[]): ServedSecrets {
  return new Map(
    objects.flatMap(({ object, served }) => {
      const [kind, name = ""] = object.split("/");
      return kind === "Secret" && served !== undefined ? [[name, served] as const] : [];
    }),
  );
}

/** Of the Secrets only the certificates are looked at, and of those only when they end. */
export function planCertificates(
  request: Pick<PlanRequest, "destination" | "existing" | "broughtCertificates" | "certificateValidityHours">,
  secrets: ServedSecrets,
): PlannedCertificate[] {
  const { destination, existing, broughtCertificates: brought } = request;
  if (brought !== undefined) return broughtCertificates(brought, destination.clientSecret ?? "");
  if (!isOwnEtcd(destination)) return givenCertificates(destination.clientSecret ?? "", existing?.identity.tls);
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

/** Those that end soon, and who renews them. */
export function checkCertificates(
  certificates: readonly PlannedCertificate[],
  request: Pick<PlanRequest, "broughtCertificates" | "certificateEarlyRenewalHours">,
  now: Date,
): Findings {
  const isBrought = request.broughtCertificates !== undefined;
  const ending = certificates.flatMap((certificate) => {
    if (certificate.expires === undefined) return [];
    const hoursLeft = (Date.parse(certificate.expires) - now.getTime()) / 3_600_000;
    if (hoursLeft > request.certificateEarlyRenewalHours) return [];
    return certificate.from === undefined ? renewed(certificate, hoursLeft) : kept(certificate, isBrought);
  });
  return atRisk("service", ...ending);
}

function renewed({ name, secret, expires = "" }: PlannedCertificate, hoursLeft: number): string {
  return hoursLeft <= 0
    ? `The ${name} certificate in Secret ${secret} ended on ${expires}; this run renews it.`
    : `The ${name} certificate in Secret ${secret} ends on ${expires}; this run renews it and restarts Trident.`;
}

/** Nothing here renews them. */
function kept({ name, from = "", expires = "" }: PlannedCertificate, isBrought: boolean): string {
  return isBrought
    ? `The ${name} certificate that you bring (${from}) ends on ${expires}, and nothing renews it here: have it issued anew by ` +
        "the same CA, and run `pulumi up`."
    : `The ${name} certificate that was given for the existing etcd ends on ${expires}; only its issuer can renew it.`;
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

/** The certificates that this run puts into the stack's Secrets, and when the first of each file ends. */
function broughtCertificates(brought: ShownCertificates, clientSecret: string): PlannedCertificate[] {
  const authorities = certificateRoles.map((role) => brought[role].certificateAuthority);
  const { server, peer, client } = brought;
  const ofRole = (name: string, secret: string, { certificate, places }: ShownCertificates["server"]) => ({
    name,
    secret,
    from: places.certificate,
    expires: firstEnd([certificate]),
  });
  return [
    {
      name: "authority",
      secret: clientSecret,
      from: client.places.certificateAuthority,
      expires: firstEnd(authorities),
    },
    ofRole("server", "etcd-server-tls", server),
    ofRole("peer", "etcd-peer-tls", peer),
    ofRole("client", clientSecret, client),
  ];
}

function firstEnd(files: readonly Buffer[]): string {
  const ends = files.flatMap(certificatesOf).map(({ validToDate }) => validToDate.getTime());
  return new Date(Math.min(...ends)).toISOString();
}

function certificatesOf(pem: Buffer): readonly X509Certificate[] {
  const contents = certificatesIn(pem);
  return "value" in contents ? contents.value : [];
}
