import { CompareResult, CompareTarget } from "etcd3";
import type { IKeyValue, IRangeRequest, IRangeResponse, ITxnRequest, ITxnResponse } from "etcd3";
import type {
  CreateOutcome,
  KeyAtRevision,
  KeyValue,
  RangePage,
  RangeRequest,
  StoredKeyValue,
} from "../copy/key-value-store.ts";

// etcd3's loader hands out 64-bit integers as decimal strings and takes them so: bigint in between loses nothing.

export function toRangeRequest({ from, to, revision, limit, keysOnly, countOnly }: RangeRequest): IRangeRequest {
  // No sort order: the index is walked in key order as it is. Asking for that order would make etcd ignore the limit
  // until it has read the whole range.
  return {
    key: from,
    range_end: to,
    revision: (revision ?? 0n).toString(),
    limit: limit ?? 0,
    keys_only: keysOnly ?? false,
    count_only: countOnly ?? false,
  };
}

export function toRangePage({ header, kvs, more, count }: IRangeResponse): RangePage {
  return { entries: kvs.map(toStoredKeyValue), more, count: Number(count), revision: BigInt(header.revision) };
}

export function toStoredKeyValue(stored: IKeyValue): StoredKeyValue {
  return {
    key: stored.key,
    value: stored.value,
    createRevision: BigInt(stored.create_revision),
    modRevision: BigInt(stored.mod_revision),
    lease: BigInt(stored.lease),
  };
}

/** If none of the keys exists, then put them all, else read them all. */
export function toCreateTransaction(entries: readonly KeyValue[]): ITxnRequest {
  return {
    compare: entries.map(({ key }) => ({
      key,
      target: CompareTarget.Create,
      result: CompareResult.Equal,
      create_revision: 0,
    })),
    success: entries.map(({ key, value }) => ({ request_put: { key, value } })),
    failure: entries.map(({ key }) => ({ request_range: { key } })),
  };
}

export function toCreateOutcome({ header, succeeded, responses }: ITxnResponse): CreateOutcome {
  return succeeded
    ? { created: true, revision: BigInt(header.revision) }
    : { created: false, existing: responses.flatMap(({ response_range }) => response_range.kvs.map(toStoredKeyValue)) };
}

/** Each key has a nested transaction, and with it a guard, of its own: one changed key does not keep the others. */
export function toDeleteTransaction(keys: readonly KeyAtRevision[]): ITxnRequest {
  return {
    success: keys.map(({ key, modRevision }) => ({
      request_txn: {
        compare: [
          {
            key,
            target: CompareTarget.Mod,
            result: CompareResult.Equal,
            mod_revision: modRevision.toString(),
          },
        ],
        success: [{ request_delete_range: { key } }],
      },
    })),
  };
}

export function countDeleted({ responses }: ITxnResponse): number {
  return responses.filter(({ response_txn }) => response_txn.succeeded).length;
}
