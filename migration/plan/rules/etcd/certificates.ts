import { X509Certificate } from "node:crypto";
import { certificateRoles, type ShownCertificates } from "../../../certificates/brought-certificates.ts";
import { certificatesIn } from "../../../certificates/pem-contents.ts";
import type { PlannedCertificate } from "../../migration-plan.ts";
import type { PlanRequest } from "../../plan-request.ts";
import type { ServedSecrets } from "../../read/stack-objects.ts";
import { atRisk, type Findings } from "../findings.ts";
import { etcdRules } from "./destination.ts";

/** Of the Secrets only the certificates are looked at, and of those only when they end. */
export function planCertificates(
  request: Pick<PlanRequest, "destination" | "existing" | "broughtCertificates" | "certificateValidityHours">,
  secrets: ServedSecrets,
): PlannedCertificate[] {
  const { destination, broughtCertificates: brought } = request;
  if (brought !== undefined) return broughtCertificates(brought, destination.clientSecret ?? "");
  return etcdRules(destination).certificates(request, secrets);
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
