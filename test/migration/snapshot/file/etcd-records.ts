import { encodeKeyValue, type KeyValueFields } from "./key-value-message.ts";
import { entry, type Entry } from "./bolt-builder.ts";

/** A put as etcd keeps it. */
export function put(revision: bigint, key: string | Buffer, value: string | Buffer, more: KeyValueFields = {}): Entry {
  const record = { key: Buffer.from(key), value: Buffer.from(value), createRevision: revision, modRevision: revision };
  return entry(revisionName(revision), encodeKeyValue({ ...record, version: 1n, ...more }));
}

export function deletion(revision: bigint, key: string | Buffer): Entry {
  return entry(Buffer.concat([revisionName(revision), Buffer.from("t")]), encodeKeyValue({ key: Buffer.from(key) }));
}

export function revisionName(revision: bigint, sub = 0n): Buffer {
  const name = Buffer.alloc(17, "_");
  name.writeBigInt64BE(revision);
  name.writeBigInt64BE(sub, 9);
  return name;
}

/** The buckets of an etcd that has these records, in the order of their revisions. */
export function etcdBuckets(
  records: readonly Entry[],
  meta: readonly Entry[] = [entry("consistent_index", "12345678")],
) {
  return { key: records, meta, members: [entry("8e9e05c52164694d", "{}")], lease: [] };
}
