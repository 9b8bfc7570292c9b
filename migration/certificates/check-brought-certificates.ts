import type { KeyObject, X509Certificate } from "node:crypto";
import type { CertificatePart } from "./client-certificate.ts";
import { certificateRoles, type BroughtCertificates, type CertificateRole } from "./brought-certificates.ts";
import { keyUsages } from "./key-usage.ts";
import { peerNames, serverNames, type MemberPlace } from "./member-names.ts";
import { certificatesIn, dateProblem, privateKeyIn, type Contents } from "./pem-contents.ts";
import { readShown, untrustedRelations } from "./trust-relations.ts";

/**
 * All that is wrong with certificates that are to be given to an etcd cluster, a text each, which names the file or Secret and
 * the way out; empty when nothing is. Pure. Never anything of a key.
 */
export function checkBroughtCertificates(
  brought: Partial<BroughtCertificates>,
  place: MemberPlace,
  now: Date,
): string[] {
  const ofEach = certificateRoles.flatMap((role) => {
    const one = brought[role];
    if (one === undefined) return [];
    const { places } = one;
    return problemsOf(role, one, place, now).map(
      ({ part, problem }) => `${places[part]} ${problem.replace(/\.+$/, "")}.`,
    );
  });
  // One file may serve for several roles; what is wrong with it is said once.
  return [...new Set([...ofEach, ...untrusted(brought)])];
}

interface Problem {
  readonly part: CertificatePart;
  /** Follows the part's place. */
  readonly problem: string;
}

type BroughtCertificate = BroughtCertificates[CertificateRole];

function problemsOf(role: CertificateRole, brought: BroughtCertificate, place: MemberPlace, now: Date): Problem[] {
  const { certificate, certificateAuthority, privateKey } = brought;
  const chain = certificatesIn(certificate);
  const key = privateKeyIn(privateKey);
  const told = (part: CertificatePart, problems: readonly (string | undefined)[]): Problem[] =>
    problems.flatMap((problem) => (problem === undefined ? [] : [{ part, problem }]));
  return [
    ...told(
      "certificateAuthority",
      ofContents(certificatesIn(certificateAuthority), (all) =>
        all.flatMap((authority) => [dateProblem(authority, now), authorityProblem(authority)]),
      ),
    ),
    ...told(
      "certificate",
      ofContents(chain, ([own, ...intermediates]) => [
        ...[own, ...intermediates].map((each) => dateProblem(each, now)),
        namesProblem(role, own, place),
        usagesProblem(role, own),
        keyUsageProblem(own),
      ]),
    ),
    ...told(
      "privateKey",
      ofContents(key, (read) => [
        weaknessProblem(read),
        "value" in chain && !chain.value[0].checkPrivateKey(read)
          ? `does not belong to ${brought.places.certificate}. Use the two that were issued together`
          : undefined,
      ]),
    ),
  ];
}

function ofContents<Value>(
  contents: Contents<Value>,
  check: (value: Value) => (string | undefined)[],
): (string | undefined)[] {
  return "problem" in contents ? [contents.problem] : check(contents.value);
}

function authorityProblem(authority: X509Certificate): string | undefined {
  const mayNotSign = keyUsages(authority)?.includes("keyCertSign") === false;
  if (authority.ca && !mayNotSign) return undefined;
  return (
    `holds a certificate that is not a CA's (${oneLine(authority.subject)}). Put the CA's own there; OpenSSL makes one ` +
    "with `basicConstraints=critical,CA:TRUE` and `keyUsage=critical,keyCertSign,cRLSign`, cert-manager with `isCA: true`"
  );
}

function namesProblem(role: CertificateRole, certificate: X509Certificate, place: MemberPlace): string | undefined {
  const needed = role === "client" ? [] : role === "server" ? serverNames(place) : peerNames(place);
  const missing = needed.filter((name) => !covers(certificate, name));
  if (missing.length === 0) return undefined;
  return (
    `lacks names under which members are reached:\n${missing.map((name) => `      ${name}\n`).join("")}    ` +
    `Issue it for all of these, in OpenSSL with \`subjectAltName=${needed.map((name) => `DNS:${name}`).join(",")}\`, in ` +
    "cert-manager under `dnsNames`"
  );
}

/** Members have names of their own each time: a wildcard stands for any of them. */
function covers(certificate: X509Certificate, name: string): boolean {
  const example = name.replace(/^\*\./, "any-member.");
  return certificate.checkHost(example, { subject: "never", partialWildcards: false }) !== undefined;
}

const serverAuthentication = { identifier: "1.3.6.1.5.5.7.3.1", openssl: "serverAuth", certManager: "server auth" };
const clientAuthentication = { identifier: "1.3.6.1.5.5.7.3.2", openssl: "clientAuth", certManager: "client auth" };

/** A member is also a client: of its peers, and, through etcd's own gateway, of itself with its server certificate. */
function usagesProblem(role: CertificateRole, certificate: X509Certificate): string | undefined {
  // Node types the list as present; a certificate without the extension has none and may be used for anything.
  const uses = certificate.keyUsage as string[] | undefined;
  const needed = role === "client" ? [clientAuthentication] : [serverAuthentication, clientAuthentication];
  const missing = needed.filter(({ identifier }) => uses?.includes(identifier) === false);
  if (missing.length === 0) return undefined;
  return (
    `may not be used for ${missing.map(({ openssl }) => openssl).join(" and ")}. Issue it, in OpenSSL, with ` +
    `\`extendedKeyUsage=${needed.map(({ openssl }) => openssl).join(",")}\`, in cert-manager with ` +
    `\`usages: [digital signature, key encipherment, ${needed.map(({ certManager }) => certManager).join(", ")}]\``
  );
}

function keyUsageProblem(certificate: X509Certificate): string | undefined {
  const usages = keyUsages(certificate);
  if (usages === undefined || usages.includes("digitalSignature")) return undefined;
  return (
    "has a key that may not sign, as TLS needs. Issue it, in OpenSSL, with `keyUsage=digitalSignature,keyEncipherment`, in " +
    "cert-manager with `digital signature` and `key encipherment` among its usages"
  );
}

function weaknessProblem(key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const wayOut = "Issue the certificate for an RSA key of 2048 bits or more, or an ECDSA key on the curve P-256";
  if (type === "rsa") {
    const bits = details?.modulusLength ?? 0;
    return bits < 2048 ? `is an RSA key of ${bits} bits, which is too weak. ${wayOut}` : undefined;
  }
  return type === "ec"
    ? undefined
    : `is a key of type ${String(type)}, which a Trident and an etcd of this age do not know. ${wayOut}`;
}

function untrusted(brought: Partial<BroughtCertificates>): string[] {
  const read = readShown(brought);
  return untrustedRelations(read, read).flatMap(({ shown, to, why }) => {
    const certificate = brought[shown]?.places.certificate ?? "";
    const authority = brought[to]?.places.certificateAuthority ?? "";
    return (
      `${certificate} is not signed by a CA in ${authority}, ${why}. Put the CA that signed it there, and intermediate ` +
      "certificates behind the certificate itself, or have it issued by that CA."
    );
  });
}

/** A subject, whose parts Node puts on a line each. */
function oneLine(subject: string): string {
  return subject.split("\n").join(", ");
}
