import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { EtcdUnreachableError } from "../../../migration/etcd/errors.ts";
import { connectEtcd } from "../../../migration/etcd/etcd-store.ts";
import { blobOf } from "../../../migration/etcd/snapshot-stream.ts";
import { freePort, startEtcd } from "../../etcd-process.ts";

describe("the stream of a snapshot", () => {
  it("ends with the checksum of all before, over TLS", async () => {
    const etcd = await startEtcd();
    try {
      await etcd.client.put("/a").value(Buffer.alloc(1_000_000, "x"));
      const snapshot = Buffer.concat(await collected(etcd.store.snapshot()));
      const digest = createHash("sha256").update(snapshot.subarray(0, -32)).digest();
      assert.deepEqual(snapshot.subarray(-32), digest);
      assert.ok(snapshot.includes("xxxxxxxx"));
    } finally {
      await etcd.stop();
    }
  });

  it("fails with the reason when there is no etcd", async () => {
    const store = connectEtcd({ addresses: [{ host: "127.0.0.1", port: await freePort() }] });
    await assert.rejects(collected(store.snapshot()), EtcdUnreachableError);
    store.close();
  });

  it("may be left before its end", async () => {
    const etcd = await startEtcd();
    try {
      for await (const piece of etcd.store.snapshot()) {
        assert.ok(piece.length > 0);
        break;
      }
      assert.ok((await etcd.store.status()).revision > 0n);
    } finally {
      await etcd.stop();
    }
  });

  it("is made of what the messages carry under field 3", () => {
    // A header (1), the remaining bytes (2) and the blob (3).
    const message = Buffer.from([0x0a, 0x02, 0x08, 0x01, 0x10, 0x05, 0x1a, 0x03, 0x61, 0x62, 0x63]);
    assert.equal(blobOf(message).toString(), "abc");
    assert.equal(blobOf(Buffer.alloc(0)).length, 0);
  });
});

async function collected(pieces: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
