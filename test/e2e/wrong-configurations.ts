import type { BroughtCertificates } from "../../migration/certificates/brought-certificates.ts";
import { createAuthority } from "../certificate-authority.ts";
import { issueSet } from "../issued-set.ts";

export interface WrongConfiguration {
  /** The heading in docs/wrong-settings.md. */
  readonly title: string;
  readonly settings: Readonly<Record<string, string>>;
  /** For each problem the setting, or the file, that is named first, and what the message tells to do. */
  readonly problems: readonly (readonly [names: string, wayOut: RegExp])[];
}

/** Where the test puts unfitCertificates, as the page calls it. */
export const certificateFolder = "certificates";

export const wrongConfigurations: readonly WrongConfiguration[] = [
  {
    title: "A namespace that cannot be one, and a cluster that could not vote",
    settings: { namespace: "Storage_1", etcdClusterSize: "4" },
    problems: [
      ['namespace is "Storage_1"', /kubectl get namespaces/],
      ['etcdClusterSize is "4"', /Set it to 3 or 5/],
    ],
  },
  {
    title: "Images without a tag, with a tag too many, and a registry that is a URL",
    settings: {
      tridentImage: "netapp/trident",
      etcdRepository: "quay.io/coreos/etcd:v3.4.22",
      imageRegistry: "https://registry.example.com",
    },
    problems: [
      ['imageRegistry is "https://registry.example.com"', /registry\.example\.com:5000\/mirror/],
      ['tridentImage is "netapp/trident"', /Add a tag or a digest/],
      ['etcdRepository is "quay.io/coreos/etcd:v3.4.22"', /without tag or digest/],
    ],
  },
  {
    title: "A version with a v",
    settings: { etcdVersion: "v3.4.22" },
    problems: [['etcdVersion is "v3.4.22"', /without a leading v/]],
  },
  {
    title: "An etcd whose image has no shell",
    settings: { etcdVersion: "3.5.7" },
    problems: [['etcdVersion is "3.5.7"', /Set it to/]],
  },
  {
    title: "A rollback without a migration",
    settings: { rollback: "true" },
    problems: [["rollback is true and migrate is false", /pulumi config set migrate true/]],
  },
  {
    title: "Words that are none of those there are",
    settings: { platform: "OpenShift", memberAntiAffinity: "soft", certificateKeyAlgorithm: "rsa" },
    problems: [
      ['memberAntiAffinity is "soft"', /preferred, required or none/],
      ['platform is "OpenShift"', /auto, kubernetes or openshift/],
      ['certificateKeyAlgorithm is "rsa"', /RSA or ECDSA/],
    ],
  },
  {
    title: "Paths and names that cannot be used",
    settings: {
      report: "report.txt",
      certificateExtraDnsNames: "https://etcd.example.com",
      clusterDomain: ".cluster.local",
    },
    problems: [
      ['clusterDomain is ".cluster.local"', /resolv\.conf/],
      ['certificateExtraDnsNames is "https://etcd.example.com"', /Write names such as etcd\.example\.com/],
      ['report is "report.txt"', /end in \.md/],
    ],
  },
  {
    title: "Certificates that every run would renew",
    settings: { certificateValidityHours: "720" },
    problems: [["certificateEarlyRenewalHours is 720 and certificateValidityHours is 720", /make the first smaller/]],
  },
  {
    title: "Certificates from a folder and from some Secrets, and an organization for them",
    settings: { certificateDirectory: "tls", serverCertificateSecret: "server", certificateOrganization: "Storage" },
    problems: [
      [
        'peerCertificateSecret and clientCertificateSecret are not set, and serverCertificateSecret is "server"',
        /pulumi config set/,
      ],
      ['certificateDirectory is "tls" and serverCertificateSecret is "server"', /pulumi config rm NAME/],
      ['certificateOrganization is "Storage"', /pulumi config rm certificateOrganization/],
    ],
  },
  {
    title: "A folder of certificates that is not there",
    settings: { certificateDirectory: "no-such-folder" },
    problems: [['certificateDirectory is "no-such-folder"', /Check the path/]],
  },
  {
    title: "Certificates that members and clients could not use",
    settings: { certificateDirectory: certificateFolder },
    problems: [
      [`server.crt in folder ${certificateFolder} lacks names`, /subjectAltName=DNS:.*dnsNames/],
      [
        `peer.crt in folder ${certificateFolder} may not be used for clientAuth`,
        /extendedKeyUsage=serverAuth,clientAuth/,
      ],
      [`peer.key in folder ${certificateFolder} does not belong to peer.crt`, /issued together/],
      [`etcd-client.key in folder ${certificateFolder} is an RSA key of 1024 bits`, /2048 bits or more/],
      [
        `etcd-client.crt in folder ${certificateFolder} is not signed by a CA in server-ca.crt`,
        /Put the CA that signed it/,
      ],
    ],
  },
  {
    title: "An existing etcd without TLS",
    settings: { existingEtcdEndpoints: "http://etcd.example.com:2379" },
    problems: [
      ['existingEtcdEndpoints is "http://etcd.example.com:2379"', /pulumi config set existingEtcdPlaintext true/],
    ],
  },
  {
    title: "An existing etcd with one of its three files, a name without a password, and the size of another etcd",
    settings: {
      existingEtcdEndpoints: "https://etcd.example.com:2379",
      existingEtcdCaFile: "ca.crt",
      existingEtcdUsername: "trident",
      etcdClusterSize: "5",
    },
    problems: [
      ["existingEtcdCertificateFile and existingEtcdKeyFile are not set", /pulumi config set NAME PATH/],
      ['existingEtcdUsername is "trident"', /pulumi config set --secret existingEtcdPassword/],
      ['etcdClusterSize is "5"', /pulumi config rm etcdClusterSize/],
    ],
  },
  // The last one: what is no setting has no default to which it could be set back.
  {
    title: "A setting that there is not",
    settings: { namspace: "storage" },
    problems: [["namspace", /pulumi config rm namspace.*the settings are namespace, createNamespace, /]],
  },
];

/** For namespace `trident`, with several things wrong with them. */
export async function unfitCertificates(): Promise<BroughtCertificates> {
  const place = { clusterName: "trident-etcd", namespace: "trident", clusterDomain: "cluster.local" };
  const [members, clients] = [await createAuthority("members"), await createAuthority("clients")];
  const set = await issueSet(place, {
    authorities: { members, clients },
    change: {
      server: { alternativeNames: ["DNS:trident-etcd-client", "DNS:localhost"] },
      peer: { usages: ["serverAuth"] },
      client: { newKey: ["-newkey", "rsa:1024", "-nodes"] },
    },
  });
  await Promise.all([members.remove(), clients.remove()]);
  return {
    server: { ...set.server, certificateAuthority: members.certificate },
    peer: { ...set.peer, privateKey: set.server.privateKey },
    client: set.client,
  };
}
