import type { EtcdTarget } from "./etcd-target.ts";
import { Member } from "./member.ts";
import { Reader } from "./messages/wire-format.ts";

/** A whole snapshot takes as long as it takes; one that stands still for this long has failed. */
const STALL_MILLISECONDS = 30_000;

/**
 * The contents of the first member's database as `etcdctl snapshot save` would save them, piece by piece. The connection is one
 * of its own, closed at the end.
 *
 * @throws a subclass of EtcdError.
 */
export async function* readSnapshot(target: EtcdTarget): AsyncGenerator<Buffer, void, undefined> {
  const [address] = target.addresses;
  if (address === undefined) throw new TypeError("an etcd without any address");
  const member = new Member(address, target, STALL_MILLISECONDS);
  try {
    for await (const message of member.stream("/etcdserverpb.Maintenance/Snapshot", Buffer.alloc(0))) {
      yield blobOf(message);
    }
  } finally {
    member.close();
  }
}

/** Field 3 of a SnapshotResponse: api/etcdserverpb/rpc.proto in etcd. */
export function blobOf(message: Buffer): Buffer {
  const reader = new Reader(message);
  let blob = Buffer.alloc(0);
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 3) {
      blob = Buffer.from(reader.bytes());
    } else {
      reader.skip();
    }
  }
  return blob;
}
