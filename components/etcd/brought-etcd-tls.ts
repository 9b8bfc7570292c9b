import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

import { createEtcdSecrets, type EtcdCertificates } from "./etcd-secrets.ts";
import type { CertificateExpiry } from "./etcd-tls.ts";

export interface BroughtEtcdTlsArgs {
  /** The namespace of the etcd cluster, and of the Secrets. */
  readonly namespace: pulumi.Input<string>;
  /** @default "etcd-client-tls" */
  readonly clientSecretName?: string;
  /**
   * PEM; several certificates may stand one after the other. Kept as secrets. They are not checked here: members that can't
   * use them do not start.
   */
  readonly certificates: EtcdCertificates;
}

/** Marks the Secrets whose certificates were brought: their CA is not ours to issue others with. */
export const broughtAnnotation = { "trident-etcd/certificates": "brought" };

/**
 * The three Secrets that an etcd cluster asks for, with certificates that were issued elsewhere. In the place of EtcdTls, which
 * generates them: under the same name, one changes the other's Secrets instead of making them anew.
 */
export class BroughtEtcdTls extends pulumi.ComponentResource {
  /** Resolve once the Secrets exist. */
  readonly clientSecretName: pulumi.Output<string>;
  readonly serverSecretName: pulumi.Output<string>;
  readonly peerSecretName: pulumi.Output<string>;
  readonly expiry: pulumi.Output<CertificateExpiry>;

  constructor(name: string, args: BroughtEtcdTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    // The engine keeps a component's arguments: whatever holds a key must be secret before it sees them.
    const certificates = pulumi.secret(args.certificates);
    super(
      "trident-etcd:index:BroughtEtcdTls",
      name,
      { ...args, certificates },
      { ...opts, aliases: [...(opts?.aliases ?? []), { type: "trident-etcd:index:EtcdTls" }] },
    );

    const place = { namespace: args.namespace, annotations: broughtAnnotation };
    const secrets = createEtcdSecrets(this, name, place, args.certificates);
    this.serverSecretName = secrets.serverSecretName;
    this.peerSecretName = secrets.peerSecretName;
    this.clientSecretName = secrets.clientSecretName;
    // A certificate is no secret, even where it was given as one.
    this.expiry = pulumi.unsecret(pulumi.output(args.certificates)).apply(expiryOf);

    this.registerOutputs({
      clientSecretName: this.clientSecretName,
      serverSecretName: this.serverSecretName,
      peerSecretName: this.peerSecretName,
      expiry: this.expiry,
    });
  }
}

function expiryOf({ server, peer, client }: pulumi.Unwrap<EtcdCertificates>): CertificateExpiry {
  return {
    authority: earliestEnd([server, peer, client].map(({ authority }) => authority).join("\n")),
    server: earliestEnd(server.certificate),
    peer: earliestEnd(peer.certificate),
    client: earliestEnd(client.certificate),
  };
}

/** Of all certificates in a PEM text: an intermediate one may end before that which it signed. */
function earliestEnd(pem: string): string {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const ends = blocks.map((block) => new X509Certificate(block).validToDate.getTime());
  return new Date(Math.min(...ends)).toISOString();
}
