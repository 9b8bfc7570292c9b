import type { X509Certificate } from "node:crypto";
import { certificateRoles, type ShownCertificates } from "../../../certificates/brought-certificates.ts";
import { certificatesIn } from "../../../certificates/pem-contents.ts";
import { isTrusted } from "../../../certificates/trusted-chain.ts";
import { readShown, untrustedRelations, type ReadCertificates } from "../../../certificates/trust-relations.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";
import { judgeGenerated, type GeneratedAuthority } from "./generated-authority.ts";
import type { PlannedCertificate } from "../../migration-plan.ts";

type ServedSecrets = ReadonlyMap<string, ServedObject>;

/** The certificates that this run puts into the stack's Secrets, and when the first of each file ends. */
export function planBrought(brought: ShownCertificates, clientSecret: string): PlannedCertificate[] {
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

/** Those that end soon: nothing here renews them. */
export function judgeBrought(
  certificates: readonly PlannedCertificate[],
  earlyRenewalHours: number,
  now: Date,
): string[] {
  return certificates.flatMap(({ name, from, expires }) => {
    if (from === undefined || expires === undefined) return [];
    if (Date.parse(expires) - now.getTime() > earlyRenewalHours * 3_600_000) return [];
    return [
      `The ${name} certificate that you bring (${from}) ends on ${expires}, and nothing renews it here: have it issued anew by ` +
        "the same CA, and run `pulumi up`.",
    ];
  });
}

/** Marks the Secrets whose certificates were brought, as components/etcd/brought-etcd-tls.ts makes them. */
const broughtAnnotation = "trident-etcd/certificates";

export interface AuthorityFacts {
  /** Absent when certificates are to be generated. */
  readonly brought: ShownCertificates | undefined;
  /** How they are generated, where they are. */
  readonly generated?: GeneratedAuthority | undefined;
  /** Those of the stack that there are. */
  readonly secrets: ServedSecrets;
  readonly clientSecret: string;
  readonly namespace: string;
  /** Whether there are members, which know the CA that they were started with. */
  readonly hasMembers: boolean;
}

/**
 * Members read their CA when they start, and each certificate when they show it. A CA that those that run do not know would
 * shut out their own health checks: Kubernetes would end all of them at once, with the data in them.
 */
export function judgeAuthorities(facts: AuthorityFacts): Blocker[] {
  const { brought, generated, secrets, clientSecret, namespace } = facts;
  if (!facts.hasMembers) return [];
  if (brought === undefined) {
    const serverSecret = secrets.get("etcd-server-tls");
    if (serverSecret?.metadata?.annotations?.[broughtAnnotation] !== undefined) return [generatedNow(namespace)];
    return generated === undefined ? [] : judgeGenerated(generated, serverSecret, whatWouldHappen);
  }
  const running = provenCertificates(readShown(servedCertificates(secrets, clientSecret)));
  const given = readShown(brought);
  // While they change, some have the one and some the other.
  const broken = [...untrustedRelations(given, running), ...untrustedRelations(running, given)];
  const places = new Set(broken.map(({ shown }) => brought[shown].places.certificate));
  return places.size === 0 ? [] : [issuedByAnother([...places], namespace)];
}

function generatedNow(namespace: string): Blocker {
  return {
    kind: "anotherAuthority",
    object: "Secret/etcd-server-tls",
    message:
      "The members that run have certificates that you brought, and the settings name none. Generated ones would be of another " +
      `CA: ${whatWouldHappen}`,
    remedy: `Set certificateDirectory, or the three settings with the Secrets' names, as before. ${otherAuthority(namespace)}`,
  };
}

function issuedByAnother(places: readonly string[], namespace: string): Blocker {
  return {
    kind: "anotherAuthority",
    object: "Secret/etcd-server-tls",
    message: `The members that run were started with another CA than that of ${places.join(", ")}: ${whatWouldHappen}`,
    remedy: `Have the certificates issued by the CA of those that the members have. ${otherAuthority(namespace)}`,
  };
}

const whatWouldHappen =
  "they would let nobody in, not even their own health checks, and Kubernetes would end all of them at once, with the data in " +
  "them.";

const otherAuthority = (namespace: string): string =>
  `See them with \`kubectl --namespace ${namespace} get secret etcd-server-tls --output yaml\`. Another CA takes a new etcd: ` +
  "docs/certificates.md says how to get there.";

/** Only those CAs count that issued what is in use: others may have been added after the members were started. */
function provenCertificates(running: ReadCertificates): ReadCertificates {
  const proven = (role: keyof ReadCertificates, shownBy: readonly (keyof ReadCertificates)[]) => ({
    chain: running[role].chain,
    authorities: running[role].authorities?.filter((authority) =>
      shownBy.some((other) => {
        const { chain } = running[other];
        return chain !== undefined && isTrusted(chain, [authority]);
      }),
    ),
  });
  return {
    server: proven("server", ["client", "server"]),
    peer: proven("peer", ["peer"]),
    client: proven("client", ["server"]),
  };
}

function servedCertificates(secrets: ServedSecrets, clientSecret: string) {
  const pem = (secret: string, key: string): Buffer => {
    const data = secrets.get(secret)?.data as Readonly<Record<string, string>> | undefined;
    return Buffer.from(data?.[key] ?? "", "base64");
  };
  const of = (secret: string, name: string) => ({
    certificate: pem(secret, `${name}.crt`),
    certificateAuthority: pem(secret, `${name}-ca.crt`),
  });
  return {
    server: of("etcd-server-tls", "server"),
    peer: of("etcd-peer-tls", "peer"),
    client: of(clientSecret, "etcd-client"),
  };
}
