import { change } from "../../../wording/change.ts";
import type { X509Certificate } from "node:crypto";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { ShownCertificates } from "../../../certificates/brought-certificates.ts";
import { certificatesIn } from "../../../certificates/pem-contents.ts";
import { readShown, untrustedRelations, type ReadCertificates } from "../../../certificates/trust-relations.ts";
import { isTrusted } from "../../../certificates/trusted-chain.ts";
import type { GeneratedAuthority } from "../../plan-request.ts";
import type { ServedObject } from "../../read/cluster-reader.ts";
import type { ServedSecrets } from "../../read/stack-objects.ts";
import { blockedBy, nothingFound, type Findings } from "../findings.ts";

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
export function checkAuthorities(facts: AuthorityFacts): Findings {
  const { brought, generated, secrets, clientSecret, namespace } = facts;
  if (!facts.hasMembers) return nothingFound;
  if (brought === undefined) {
    const serverSecret = secrets.get("etcd-server-tls");
    if (serverSecret?.metadata?.annotations?.[broughtAnnotation] !== undefined) {
      return blockedBy(generatedNow(namespace));
    }
    return generated === undefined ? nothingFound : checkGenerated(generated, serverSecret);
  }
  const running = provenCertificates(readShown(servedCertificates(secrets, clientSecret)));
  const given = readShown(brought);
  // While they change, some have the one and some the other.
  const broken = [...untrustedRelations(given, running), ...untrustedRelations(running, given)];
  const places = new Set(broken.map(({ shown }) => brought[shown].places.certificate));
  return places.size === 0 ? nothingFound : blockedBy(issuedByAnother([...places], namespace));
}

function generatedNow(namespace: string): Blocker {
  return {
    kind: "anotherAuthority",
    object: "Secret/etcd-server-tls",
    message:
      "The members that run have certificates that you brought, and now none are. Generated ones would be of another " +
      `CA: ${whatWouldHappen}`,
    remedy: `Bring them as before, from a folder (\`${change({ certificateDirectory: "PATH" })}\`) or from Secrets (\`${change({ serverCertificateSecret: "NAME", peerCertificateSecret: "NAME", clientCertificateSecret: "NAME" })}\`). ${otherAuthority(namespace)}`,
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

/** Whether generated certificates would be of another CA than the members know that run: something else may be asked for. */
function checkGenerated(wanted: GeneratedAuthority, serverSecret: ServedObject | undefined): Findings {
  const data = serverSecret?.data as Readonly<Record<string, string>> | undefined;
  const contents = certificatesIn(Buffer.from(data?.["server-ca.crt"] ?? "", "base64"));
  if ("problem" in contents) return nothingFound;
  const [running] = contents.value;
  const differences = [
    ...differing("key algorithm", "keyAlgorithm", wanted.keyAlgorithm, keyAlgorithmOf(running)),
    ...differing("organization", "organization", wanted.organization, organizationOf(running)),
  ];
  return blockedBy(
    ...differences.map(
      ({ what, value, before, back }): Blocker => ({
        kind: "anotherAuthority",
        object: "Secret/etcd-server-tls",
        message:
          `The ${what} of generated certificates is to be ${JSON.stringify(value)}, and the CA that the members which run were started with has ` +
          `${before === "" ? "none" : JSON.stringify(before)}. It would be another CA: ${whatWouldHappen}`,
        remedy:
          `Go back with \`${back}\`. ` + "Another CA takes a new etcd: docs/certificates.md says how to get there.",
      }),
    ),
  );
}

function differing(what: string, input: keyof GeneratedAuthority, value: string, before: string) {
  if (value === before) return [];
  return [{ what, value, before, back: change({ [input]: before === "" ? undefined : before }) }];
}

function keyAlgorithmOf({ publicKey }: X509Certificate): string {
  return publicKey.asymmetricKeyType === "ec" ? "ECDSA" : "RSA";
}

function organizationOf({ subject }: X509Certificate): string {
  return /^O=(.*)$/m.exec(subject)?.[1] ?? "";
}
