import { Writer } from "../../../../migration/etcd/messages/wire-format.ts";

export interface KeyValueFields {
  readonly key?: Buffer;
  readonly createRevision?: bigint;
  readonly modRevision?: bigint;
  readonly version?: bigint;
  readonly value?: Buffer;
  readonly lease?: bigint;
}

/** An mvccpb.KeyValue as etcd encodes it: fields that are empty are left out. */
export function encodeKeyValue({ key, createRevision, modRevision, version, value, lease }: KeyValueFields): Buffer {
  const writer = new Writer((key?.length ?? 0) + (value?.length ?? 0) + 64);
  if (key !== undefined) writer.bytes(1, key);
  if (createRevision !== undefined) writer.bigint(2, createRevision);
  if (modRevision !== undefined) writer.bigint(3, modRevision);
  if (version !== undefined) writer.bigint(4, version);
  if (value !== undefined && value.length > 0) writer.bytes(5, value);
  if (lease !== undefined && lease !== 0n) writer.bigint(6, lease);
  return Buffer.from(writer.written());
}
