/** How an etcd is reached: all that a connection is made of. */
export interface EtcdTarget {
  /** Members of one cluster, at least one: where one does not answer, a retry asks another. */
  readonly addresses: readonly MemberAddress[];
  /** Without it the connection is plaintext; with it never. */
  readonly tls?: EtcdTls;
  /** For an etcd that asks for them besides, or instead of, a client certificate. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

export interface MemberAddress {
  readonly host: string;
  readonly port: number;
  /** The name that this member's certificate must have; that of the target's TLS when absent. */
  readonly serverName?: string;
}

export interface EtcdTls {
  /** All PEM. A certificate goes with its key. */
  readonly certificateAuthority: Buffer;
  readonly certificate?: Buffer;
  readonly privateKey?: Buffer;
  /** The name that the server's certificate must have, whatever address is dialled; the address when absent. */
  readonly serverName?: string;
}
