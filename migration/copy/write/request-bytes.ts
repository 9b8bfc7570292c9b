/**
 * How large requests become in the format that etcd takes them in, protocol buffers
 * (https://protobuf.dev/programming-guides/encoding/): known before any is made.
 */

/** What a length, or another whole number, takes. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes += 1;
  }
  return bytes;
}

/** What a field of bytes takes, its tag and length included; fields above 15 have no place here. */
export function bytesFieldBytes(length: number): number {
  return 1 + varintBytes(length) + length;
}

/** What the guarded transaction that creates one key takes: a compare, a put and the read for when the guard fails. */
export function creationBytes(keyBytes: number, valueBytes: number): number {
  const key = bytesFieldBytes(keyBytes);
  const compare = bytesFieldBytes(key + 4);
  const put = bytesFieldBytes(bytesFieldBytes(key + bytesFieldBytes(valueBytes)));
  return compare + put + bytesFieldBytes(bytesFieldBytes(key));
}

/** What the transaction around a transaction that deletes one key, while it has its revision, takes. */
export function deletionBytes(keyBytes: number, revisionBytes: number): number {
  const key = bytesFieldBytes(keyBytes);
  const compare = bytesFieldBytes(key + 3 + revisionBytes);
  return bytesFieldBytes(bytesFieldBytes(compare + bytesFieldBytes(bytesFieldBytes(key))));
}
