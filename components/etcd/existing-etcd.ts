import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { objectLabels } from "../labels.ts";

/** All PEM. */
export interface ClientCertificate {
  /** Of the CA that signed the server's certificate. */
  readonly certificateAuthority: pulumi.Input<string>;
  /** The client's, intermediate ones after it. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** Until when the client's certificate is valid, as ISO 8601. */
  readonly validUntil: pulumi.Input<string>;
}

export interface ExistingEtcdArgs {
  /** Of the Secrets. */
  readonly namespace: pulumi.Input<string>;
  /** URLs of members of one cluster. */
  readonly endpoints: pulumi.Input<readonly string[]>;
  /** Absent only for http:// endpoints. Kept as a secret. */
  readonly client?: ClientCertificate;
  /** For an etcd that asks for a password. Kept as a secret. */
  readonly credentials?: { readonly username: pulumi.Input<string>; readonly password: pulumi.Input<string> };
  /** @default "etcd-client-tls" */
  readonly clientSecretName?: pulumi.Input<string>;
  /** @default "etcd-client-credentials" */
  readonly credentialsSecretName?: pulumi.Input<string>;
}

/** An etcd that somebody else runs: only what its clients in a namespace need is made, their Secrets. */
export class ExistingEtcd extends pulumi.ComponentResource {
  /** The first endpoint, for clients that take one. Resolves once the Secrets exist. */
  readonly etcdClientEndpoint: pulumi.Output<string>;
  readonly endpoints: pulumi.Output<string[]>;
  /** Resolves once it exists; undefined for http:// endpoints. */
  readonly clientSecretName: pulumi.Output<string> | undefined;
  /** Undefined where no password was given. */
  readonly credentialsSecretName: pulumi.Output<string> | undefined;
  /** Until when the client's certificate is valid; undefined for http:// endpoints. */
  readonly clientCertificateExpiry: pulumi.Output<string> | undefined;

  constructor(name: string, args: ExistingEtcdArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trident-etcd:index:ExistingEtcd", name, publicPart(args), opts);

    const client = createClientSecret(this, name, args);
    const credentials = createCredentialsSecret(this, name, args);

    this.endpoints = pulumi.output(args.endpoints).apply((endpoints) => [...endpoints]);
    // An id is known only when the Secret exists.
    this.etcdClientEndpoint = pulumi
      .all([this.endpoints, client?.id, credentials?.id])
      .apply(([endpoints]) => endpoints[0] ?? "");
    this.clientSecretName = client?.metadata.name;
    this.credentialsSecretName = credentials?.metadata.name;
    this.clientCertificateExpiry = args.client === undefined ? undefined : pulumi.output(args.client.validUntil);

    this.registerOutputs({ etcdClientEndpoint: this.etcdClientEndpoint, endpoints: this.endpoints });
  }
}

/** A component's inputs are kept in the stack's state. */
function publicPart({ namespace, endpoints }: ExistingEtcdArgs): pulumi.Inputs {
  return { namespace, endpoints };
}

function createClientSecret(
  parent: ExistingEtcd,
  name: string,
  args: ExistingEtcdArgs,
): kubernetes.core.v1.Secret | undefined {
  const { client } = args;
  if (client === undefined) return undefined;
  return createSecret(parent, `${name}-client-secret`, args.namespace, args.clientSecretName ?? "etcd-client-tls", {
    "etcd-client.crt": client.certificate,
    "etcd-client.key": client.privateKey,
    "etcd-client-ca.crt": client.certificateAuthority,
  });
}

function createCredentialsSecret(
  parent: ExistingEtcd,
  name: string,
  args: ExistingEtcdArgs,
): kubernetes.core.v1.Secret | undefined {
  const { credentials, credentialsSecretName = "etcd-client-credentials" } = args;
  if (credentials === undefined) return undefined;
  const { username, password } = credentials;
  return createSecret(parent, `${name}-credentials-secret`, args.namespace, credentialsSecretName, {
    username,
    password,
  });
}

function createSecret(
  parent: ExistingEtcd,
  name: string,
  namespace: pulumi.Input<string>,
  secretName: pulumi.Input<string>,
  content: Record<string, pulumi.Input<string>>,
): kubernetes.core.v1.Secret {
  return new kubernetes.core.v1.Secret(
    name,
    {
      metadata: { name: secretName, namespace, labels: objectLabels("etcd", "certificates") },
      type: "Opaque",
      stringData: pulumi.secret(content),
    },
    { parent },
  );
}
