import type * as pulumi from "@pulumi/pulumi";
import type { GivenAddress } from "@trident-etcd/migration/connect/etcd-address.ts";

import type { CertificateExpiry } from "../components/etcd/etcd-tls.ts";

/** The etcd that Trident is given, wherever it comes from. Each resolves once it serves and its Secrets exist. */
export interface TridentsEtcd {
  /** For a migration to it. */
  readonly address: pulumi.Output<GivenAddress>;
  readonly etcdClientEndpoint: pulumi.Output<string>;
  /** Pods of the stack's own etcd; URLs of another one. */
  readonly members: pulumi.Output<string[]>;
  /** The Secret with which clients identify themselves; undefined for an etcd without TLS. */
  readonly clientSecretName: pulumi.Output<string> | undefined;
  /** Changes with the client's certificate: Trident reads it only at its start. */
  readonly clientCertificateVersion: pulumi.Input<string>;
  /** Of an existing etcd only the client's is known, if it has one. */
  readonly certificateExpiry: pulumi.Output<Partial<CertificateExpiry>>;
  /** For an etcd that a destroy deletes: has it try, before it deletes these, whether it can save the last snapshot. */
  usedBy?(...users: pulumi.Resource[]): pulumi.Resource;
  /** For one that a destroy does not delete: all that was made for it. */
  readonly component?: pulumi.Resource;
}
