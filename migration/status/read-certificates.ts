import type { X509Certificate } from "node:crypto";
import { certificatesIn } from "../certificates/pem-contents.ts";
import { memberServerName } from "../connect/cluster-members.ts";
import type { EtcdClusterAddress } from "../connect/etcd-address.ts";
import type { EtcdTls } from "../etcd/etcd-target.ts";
import { readServerGreeting, type ServerGreeting } from "../etcd/server-greeting.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { atMember } from "../members/at-member.ts";
import type { SeenCertificate } from "./etcd-status.ts";

export interface CertificatesRead {
  readonly certificates: SeenCertificate[];
  readonly clusterVersion: string | undefined;
}

/**
 * The certificates that are in force: what members show, which a changed Secret reaches late, and what clients are given.
 *
 * @param pods of members that run.
 * @throws what reading the Secret raises.
 */
export async function readCertificates(
  cluster: ClusterClient,
  address: EtcdClusterAddress,
  pods: readonly string[],
): Promise<CertificatesRead> {
  const { namespace, clientSecret } = address;
  const { data = {} } = await cluster.core.readNamespacedSecret({ namespace, name: clientSecret });
  const [certificateAuthority, certificate, privateKey] = [
    "etcd-client-ca.crt",
    "etcd-client.crt",
    "etcd-client.key",
  ].map((key) => Buffer.from(data[key] ?? "", "base64")) as [Buffer, Buffer, Buffer];
  const tls: EtcdTls = {
    ...{ certificateAuthority, serverName: memberServerName(address) },
    ...(certificate.length === 0 || privateKey.length === 0 ? {} : { certificate, privateKey }),
  };
  const greetings = await Promise.all(pods.map((pod) => greetingsOf(cluster, { namespace, pod }, tls)));
  return {
    certificates: [
      ...greetings.flatMap(({ certificates }) => certificates),
      ...inPem("client", certificate).slice(0, 1),
      ...inPem("authority", certificateAuthority),
    ],
    clusterVersion: greetings.find(({ clusterVersion }) => clusterVersion !== undefined)?.clusterVersion,
  };
}

const peerPort = 2380;

async function greetingsOf(
  cluster: ClusterClient,
  place: { readonly namespace: string; readonly pod: string },
  tls: EtcdTls,
): Promise<CertificatesRead> {
  const greet = async (port?: number): Promise<ServerGreeting> => {
    try {
      const at = { ...place, ...(port === undefined ? {} : { port }) };
      return await atMember(cluster, at, (member) => readServerGreeting(member, tls));
    } catch {
      // A member that can't be reached is told of by its own line.
      return {};
    }
  };
  const [client, peer] = await Promise.all([greet(), greet(peerPort)]);
  const { pod } = place;
  return {
    certificates: [
      ...(client.certificate === undefined ? [] : [{ ...seen("server", client.certificate), pod }]),
      ...(peer.certificate === undefined ? [] : [{ ...seen("peer", peer.certificate), pod }]),
    ],
    clusterVersion: client.clusterVersion,
  };
}

function inPem(of: SeenCertificate["of"], pem: Buffer): SeenCertificate[] {
  const contents = certificatesIn(pem);
  return "problem" in contents ? [] : contents.value.map((certificate) => seen(of, certificate));
}

function seen(of: SeenCertificate["of"], { validFromDate, validToDate }: X509Certificate): SeenCertificate {
  return { of, validFrom: validFromDate, expires: validToDate };
}
