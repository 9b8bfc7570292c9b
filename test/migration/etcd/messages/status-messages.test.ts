import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeStatus } from "../../../../migration/etcd/messages/status-messages.ts";
import { Writer } from "../../../../migration/etcd/messages/wire-format.ts";

describe("the answer of a member about itself", () => {
  it("tells what its database takes, as etcd before 3.4 tells it", () => {
    const { databaseBytes, version } = decodeStatus(answer({ version: "3.3.12", size: 5_000_000_000n }));
    assert.equal(version, "3.3.12");
    assert.equal(databaseBytes, 5_000_000_000);
  });

  it("leaves pages that are free again out, where etcd tells them apart", () => {
    assert.equal(decodeStatus(answer({ version: "3.4.22", size: 900n, inUse: 300n })).databaseBytes, 300);
  });
});

/** A StatusResponse: api/etcdserverpb/rpc.proto in etcd. */
function answer({ version, size, inUse }: { version: string; size: bigint; inUse?: bigint }): Buffer {
  const writer = new Writer(100);
  writer.bytes(2, Buffer.from(version));
  writer.bigint(3, size);
  // The Raft index, which is of no interest here.
  writer.bigint(5, 7n);
  if (inUse !== undefined) writer.bigint(9, inUse);
  return writer.written();
}
