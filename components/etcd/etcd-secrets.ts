import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { objectLabels } from "../labels.ts";

/** PEM. */
export interface CertificateWithKey {
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** The CA, or several, by which whoever holds this certificate tells the other side. */
  readonly authority: pulumi.Input<string>;
}

export interface EtcdCertificates {
  readonly server: CertificateWithKey;
  readonly peer: CertificateWithKey;
  readonly client: CertificateWithKey;
}

/** Each resolves once the Secret exists. */
export interface EtcdSecretNames {
  readonly clientSecretName: pulumi.Output<string>;
  readonly serverSecretName: pulumi.Output<string>;
  readonly peerSecretName: pulumi.Output<string>;
}

/** The three Secrets, under the names and keys that etcd-operator looks for. */
export function createEtcdSecrets(
  parent: pulumi.ComponentResource,
  name: string,
  place: {
    readonly namespace: pulumi.Input<string>;
    readonly annotations?: Readonly<Record<string, string>>;
    /** @default "etcd-client-tls" */
    readonly clientSecretName?: string;
  },
  { server, peer, client }: EtcdCertificates,
): EtcdSecretNames {
  const create = (role: string, secretName: string, files: Record<string, pulumi.Input<string>>) =>
    createSecret(parent, `${name}-${role}-secret`, { ...place, secretName }, files);
  return {
    serverSecretName: create("server", "etcd-server-tls", {
      "server.crt": server.certificate,
      "server.key": server.privateKey,
      "server-ca.crt": server.authority,
    }),
    peerSecretName: create("peer", "etcd-peer-tls", {
      "peer.crt": peer.certificate,
      "peer.key": peer.privateKey,
      "peer-ca.crt": peer.authority,
    }),
    clientSecretName: create("client", place.clientSecretName ?? "etcd-client-tls", {
      "etcd-client.crt": client.certificate,
      "etcd-client.key": client.privateKey,
      "etcd-client-ca.crt": client.authority,
    }),
  };
}

function createSecret(
  parent: pulumi.ComponentResource,
  name: string,
  place: {
    readonly namespace: pulumi.Input<string>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly secretName: string;
  },
  files: Record<string, pulumi.Input<string>>,
): pulumi.Output<string> {
  const { namespace, annotations, secretName } = place;
  const labels = objectLabels("etcd", "certificates");
  const secret = new kubernetes.core.v1.Secret(
    name,
    {
      metadata: { name: secretName, namespace, labels, ...(annotations === undefined ? {} : { annotations }) },
      type: "Opaque",
      stringData: pulumi.secret(files),
    },
    { parent },
  );
  return secret.metadata.name;
}
