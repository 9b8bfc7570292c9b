import type { EtcdCluster } from "../etcd-cluster.ts";

export interface ReadKey {
  readonly name: string;
  readonly value: Buffer;
  readonly version: bigint;
  readonly modRevision: bigint;
  readonly lease: bigint;
}

export interface WholeStore {
  readonly revision: bigint;
  readonly keys: ReadonlyMap<string, ReadKey>;
}

/**
 * Every key of a store, read by etcdctl: no line of the engine has a part in it. Revisions come as JSON numbers, exact
 * below 2^53, which a test's store never reaches.
 *
 * @returns undefined when the revision was compacted away.
 */
export async function readWithEtcdctl(cluster: EtcdCluster, revision?: bigint): Promise<WholeStore | undefined> {
  const atRevision = revision === undefined ? [] : [`--rev=${revision.toString()}`];
  let output: string;
  try {
    output = await cluster.etcdctl("get", "", "--prefix", ...atRevision, "-w", "json");
  } catch (error) {
    if (String(error).includes("has been compacted")) {
      return undefined;
    }
    throw error;
  }
  const answer = JSON.parse(output) as Answer;
  const keys = (answer.kvs ?? []).map(toReadKey);
  return { revision: BigInt(answer.header.revision), keys: new Map(keys.map((key) => [key.name, key])) };
}

interface Answer {
  readonly header: { readonly revision: number };
  readonly kvs?: readonly {
    readonly key: string;
    readonly value?: string;
    readonly version: number;
    readonly mod_revision: number;
    readonly lease?: number;
  }[];
}

function toReadKey({ key, value = "", version, mod_revision, lease = 0 }: NonNullable<Answer["kvs"]>[number]): ReadKey {
  return {
    name: Buffer.from(key, "base64").toString("latin1"),
    value: Buffer.from(value, "base64"),
    version: BigInt(version),
    modRevision: BigInt(mod_revision),
    lease: BigInt(lease),
  };
}
