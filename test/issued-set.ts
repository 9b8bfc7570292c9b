import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  certificateRoles,
  type BroughtCertificates,
  type CertificateRole,
} from "../migration/certificates/brought-certificates.ts";
import { peerNames, serverNames, type MemberPlace } from "../migration/certificates/member-names.ts";
import type { CertificateAuthority, CertificateRequest } from "./certificate-authority.ts";

export interface IssuedSet {
  /** Of the members' own certificates, and of those of their clients. */
  readonly authorities: { readonly members: CertificateAuthority; readonly clients: CertificateAuthority };
  readonly change?: Partial<Record<CertificateRole, Partial<CertificateRequest>>>;
}

const files = {
  server: ["server.crt", "server.key", "server-ca.crt"],
  peer: ["peer.crt", "peer.key", "peer-ca.crt"],
  client: ["etcd-client.crt", "etcd-client.key", "etcd-client-ca.crt"],
} as const;

/** Certificates for an etcd cluster, as somebody has them issued who reads the documentation, with changes. */
export async function issueSet(
  place: MemberPlace,
  { authorities, change = {} }: IssuedSet,
): Promise<BroughtCertificates> {
  const { members, clients } = authorities;
  const dns = (names: readonly string[]) => names.map((name) => `DNS:${name}`);
  const [server, peer, client] = await Promise.all([
    members.issue({ commonName: "a server", alternativeNames: dns(serverNames(place)), ...change.server }),
    members.issue({ commonName: "a peer", alternativeNames: dns(peerNames(place)), ...change.peer }),
    clients.issue({ commonName: "a client", usages: ["clientAuth"], ...change.client }),
  ]);
  // A member's server certificate is shown to itself, too.
  const clientsAndSelf = Buffer.concat([clients.certificate, members.certificate]);
  const withPlaces = (role: CertificateRole, pem: typeof server, certificateAuthority: Buffer) => ({
    certificate: pem.certificate,
    privateKey: pem.privateKey,
    certificateAuthority,
    places: { certificate: files[role][0], privateKey: files[role][1], certificateAuthority: files[role][2] },
  });
  return {
    server: withPlaces("server", server, clientsAndSelf),
    peer: withPlaces("peer", peer, members.certificate),
    client: withPlaces("client", client, members.certificate),
  };
}

/** Writes them as `certificateDirectory` wants them. */
export async function writeSet(directory: string, set: BroughtCertificates): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const role of certificateRoles) {
    const { certificate, privateKey, certificateAuthority } = set[role];
    for (const [index, pem] of [certificate, privateKey, certificateAuthority].entries()) {
      await writeFile(join(directory, files[role][index] ?? ""), pem, { mode: 0o600 });
    }
  }
}
