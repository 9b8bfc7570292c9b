import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { peerNames, serverNames } from "@trident-etcd/migration/certificates/member-names.ts";

import { createEtcdSecrets } from "./etcd-secrets.ts";

export interface EtcdTlsArgs {
  /** The namespace of the etcd cluster, and of the Secrets. */
  readonly namespace: pulumi.Input<string>;
  /** @default "etcd-client-tls" */
  readonly clientSecretName?: string;
  /** The name of the etcd cluster that the certificates are for: its Services' names derive from it. */
  readonly clusterName: pulumi.Input<string>;
  /** Whom the certificates name as their subject (CN). */
  readonly commonNames: EtcdCommonNames;
  /**
   * The DNS domain of the Kubernetes cluster.
   * @default "cluster.local"
   */
  readonly clusterDomain?: pulumi.Input<string>;
  /**
   * Validity of all certificates, in hours.
   * @default 43800, five years
   */
  readonly validityHours?: pulumi.Input<number>;
  /**
   * How many hours before its end a certificate is replaced by the next `pulumi up`.
   * @default 720, thirty days
   */
  readonly earlyRenewalHours?: pulumi.Input<number>;
  /**
   * Of all keys: RSA with 2048 bits, or ECDSA on the curve P-256.
   * @default "RSA"
   */
  readonly keyAlgorithm?: KeyAlgorithm;
  /**
   * The organization (O) in the subject of all certificates.
   * @default none
   */
  readonly organization?: pulumi.Input<string>;
  /**
   * DNS names under which clients reach the members besides the Service's own, such as that of a load balancer.
   * @default none
   */
  readonly extraDnsNames?: readonly pulumi.Input<string>[];
}

export type KeyAlgorithm = "RSA" | "ECDSA";

export interface EtcdCommonNames {
  readonly authority: pulumi.Input<string>;
  /** Of the members, towards clients and towards each other. */
  readonly server: pulumi.Input<string>;
  readonly client: pulumi.Input<string>;
}

/** When each certificate ends, as RFC 3339. */
export interface CertificateExpiry {
  readonly authority: string;
  readonly server: string;
  readonly peer: string;
  readonly client: string;
}

/** The usages needed here. The tls provider drops a name that it does not know without a word, hence a closed list. */
type AllowedUse =
  | "cert_signing"
  | "crl_signing"
  | "digital_signature"
  | "key_encipherment"
  | "server_auth"
  | "client_auth";

const authorityUses: AllowedUse[] = ["cert_signing", "crl_signing", "digital_signature"];
const clientUses: AllowedUse[] = ["digital_signature", "key_encipherment", "client_auth"];
// A member is also a client: of its peers, and, through etcd's own gRPC gateway, of itself with its server certificate.
const memberUses: AllowedUse[] = ["digital_signature", "key_encipherment", "server_auth", "client_auth"];

/**
 * Certificates for an etcd cluster that asks its clients and its members for theirs, and the three Secrets that hold them
 * under the names and keys that etcd-operator looks for.
 */
export class EtcdTls extends pulumi.ComponentResource {
  /** Resolve once the Secrets exist. */
  readonly clientSecretName: pulumi.Output<string>;
  readonly serverSecretName: pulumi.Output<string>;
  readonly peerSecretName: pulumi.Output<string>;
  readonly expiry: pulumi.Output<CertificateExpiry>;

  constructor(name: string, args: EtcdTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:EtcdTls", name, args, opts);

    const authority = createAuthority(this, name, args);
    const server = issueCertificate(this, `${name}-server`, args, authority, {
      commonName: args.commonNames.server,
      dnsNames: serverDnsNames(args),
      allowedUses: memberUses,
    });
    const peer = issueCertificate(this, `${name}-peer`, args, authority, {
      commonName: args.commonNames.server,
      dnsNames: peerDnsNames(args),
      allowedUses: memberUses,
    });
    const client = issueCertificate(this, `${name}-client`, args, authority, {
      commonName: args.commonNames.client,
      allowedUses: clientUses,
    });

    const withKey = ({ certificate, privateKey }: KeyAndCertificate<tls.LocallySignedCert>) => ({
      certificate: certificate.certPem,
      privateKey: privateKey.privateKeyPem,
      authority: authority.certificate.certPem,
    });
    const secrets = createEtcdSecrets(this, name, args, {
      server: withKey(server),
      peer: withKey(peer),
      client: withKey(client),
    });
    this.serverSecretName = secrets.serverSecretName;
    this.peerSecretName = secrets.peerSecretName;
    this.clientSecretName = secrets.clientSecretName;
    this.expiry = pulumi.output({
      authority: authority.certificate.validityEndTime,
      server: server.certificate.validityEndTime,
      peer: peer.certificate.validityEndTime,
      client: client.certificate.validityEndTime,
    });

    this.registerOutputs({
      clientSecretName: this.clientSecretName,
      serverSecretName: this.serverSecretName,
      peerSecretName: this.peerSecretName,
      expiry: this.expiry,
    });
  }
}

interface KeyAndCertificate<Certificate> {
  readonly privateKey: tls.PrivateKey;
  readonly certificate: Certificate;
}

function createAuthority(parent: EtcdTls, name: string, args: EtcdTlsArgs): KeyAndCertificate<tls.SelfSignedCert> {
  const privateKey = createPrivateKey(parent, `${name}-authority-key`, args);
  const certificate = new tls.SelfSignedCert(
    `${name}-authority`,
    {
      privateKeyPem: privateKey.privateKeyPem,
      subject: subject(args, args.commonNames.authority),
      isCaCertificate: true,
      setSubjectKeyId: true,
      allowedUses: authorityUses,
      ...validity(args),
    },
    { parent },
  );
  return { privateKey, certificate };
}

function issueCertificate(
  parent: EtcdTls,
  name: string,
  args: EtcdTlsArgs,
  authority: KeyAndCertificate<tls.SelfSignedCert>,
  identity: {
    commonName: pulumi.Input<string>;
    dnsNames?: pulumi.Output<string[]>;
    allowedUses: AllowedUse[];
  },
): KeyAndCertificate<tls.LocallySignedCert> {
  const privateKey = createPrivateKey(parent, `${name}-key`, args);
  const request = new tls.CertRequest(
    `${name}-request`,
    {
      privateKeyPem: privateKey.privateKeyPem,
      subject: subject(args, identity.commonName),
      ...(identity.dnsNames === undefined ? {} : { dnsNames: identity.dnsNames }),
    },
    { parent },
  );
  const certificate = new tls.LocallySignedCert(
    name,
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: authority.privateKey.privateKeyPem,
      caCertPem: authority.certificate.certPem,
      allowedUses: identity.allowedUses,
      ...validity(args),
    },
    { parent },
  );
  return { privateKey, certificate };
}

function createPrivateKey(parent: EtcdTls, name: string, { keyAlgorithm = "RSA" }: EtcdTlsArgs): tls.PrivateKey {
  return new tls.PrivateKey(name, keyKinds[keyAlgorithm], { parent });
}

const keyKinds: Readonly<Record<KeyAlgorithm, tls.PrivateKeyArgs>> = {
  RSA: { algorithm: "RSA", rsaBits: 2048 },
  ECDSA: { algorithm: "ECDSA", ecdsaCurve: "P256" },
};

function subject({ organization }: EtcdTlsArgs, commonName: pulumi.Input<string>): tls.types.input.CertRequestSubject {
  return { commonName, ...(organization === undefined ? {} : { organization }) };
}

function validity(args: EtcdTlsArgs): {
  validityPeriodHours: pulumi.Input<number>;
  earlyRenewalHours: pulumi.Input<number>;
} {
  return {
    validityPeriodHours: args.validityHours ?? 43800,
    earlyRenewalHours: args.earlyRenewalHours ?? 720,
  };
}

function serverDnsNames(args: EtcdTlsArgs): pulumi.Output<string[]> {
  const extra = pulumi.output(args.extraDnsNames ?? []);
  return pulumi.all([memberPlace(args), extra]).apply(([place, further]) => [...serverNames(place), ...further]);
}

function peerDnsNames(args: EtcdTlsArgs): pulumi.Output<string[]> {
  return memberPlace(args).apply(peerNames);
}

function memberPlace({ clusterName, namespace, clusterDomain = "cluster.local" }: EtcdTlsArgs) {
  return pulumi.output({ clusterName, namespace, clusterDomain });
}
