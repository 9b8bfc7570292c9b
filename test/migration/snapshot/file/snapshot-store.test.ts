import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { describe, it } from "node:test";
import { everyKey, prefixRange } from "../../../../migration/copy/store/key-range.ts";
import type { RangeRequest } from "../../../../migration/copy/store/key-value-store.ts";
import type { OpenStore } from "../../../../migration/connect/open-store.ts";
import { StoreError, type StoreErrorKind } from "../../../../migration/copy/store/store-error.ts";
import { openSnapshotFile } from "../../../../migration/snapshot/file/open-snapshot-file.ts";
import { SnapshotFileError } from "../../../../migration/snapshot/file/snapshot-file-error.ts";
import { asSnapshot, buildDatabase, fileOf, type Entry } from "./bolt-builder.ts";
import { deletion, etcdBuckets, put } from "./etcd-records.ts";

const records = [
  put(2n, "/a/1", "one"),
  put(3n, "/b/1", "first"),
  put(4n, "/a/3", "three", { lease: 9n }),
  put(5n, "/a/2", "two"),
  put(6n, "/b/1", "second", { createRevision: 3n, version: 2n }),
  put(7n, "/c", "gone"),
  deletion(8n, "/c"),
  put(9n, Buffer.of(0xff, 0xff), ""),
];

describe("a snapshot in place of an etcd", () => {
  it("has the keys of its last revision, in byte order, with their revisions and leases", async () => {
    const { entries, more, count, revision } = await range({ ...everyKey });
    assert.deepEqual(entries, [
      "/a/1=one 2-2 0",
      "/a/2=two 5-5 0",
      "/a/3=three 4-4 9",
      "/b/1=second 3-6 0",
      "\ufffd\ufffd= 9-9 0",
    ]);
    assert.deepEqual([more, count, revision], [false, 5, 9n]);
  });

  it("gives a part of a range, and says that there is more", async () => {
    const first = await range({ ...prefixRange("/a/"), limit: 2 });
    assert.deepEqual([first.entries.length, first.more, first.count], [2, true, 3]);
    const all = await range({ ...prefixRange("/a/"), limit: 3 });
    assert.deepEqual([all.entries.length, all.more, all.count], [3, false, 3]);
  });

  it("gives a part of what was asked for where that is large, and all of it where no number was given", async () => {
    const large = Array.from({ length: 9 }, (_, each) => put(BigInt(each + 2), `/${each}`, Buffer.alloc(300_000, "x")));
    const store = await open(large);
    const part = await store.range({ ...everyKey, limit: 100 });
    assert.deepEqual([part.entries.length, part.more, part.count], [3, true, 9]);
    assert.equal((await store.range(everyKey)).entries.length, 9);
  });

  it("gives one key, or none, where the range has no end", async () => {
    assert.deepEqual((await range({ from: Buffer.from("/b/1"), to: Buffer.alloc(0) })).entries, ["/b/1=second 3-6 0"]);
    assert.equal((await range({ from: Buffer.from("/b/"), to: Buffer.alloc(0) })).count, 0);
  });

  it("has nothing in a range whose end is before its beginning, nor behind the last key", async () => {
    assert.equal((await range({ from: Buffer.from("/b"), to: Buffer.from("/a") })).count, 0);
    assert.equal((await range({ from: Buffer.of(0xff, 0xff, 0), to: everyKey.to })).count, 0);
  });

  it("leaves out values, or all but the number, when only that is asked for", async () => {
    const keys = await range({ ...prefixRange("/a/"), keysOnly: true });
    assert.deepEqual(keys.entries, ["/a/1= 2-2 0", "/a/2= 5-5 0", "/a/3= 4-4 9"]);
    const number = await range({ ...prefixRange("/a/"), countOnly: true });
    assert.deepEqual([number.entries.length, number.count], [0, 3]);
  });

  it("gives what was written from a revision on, the count being that of all", async () => {
    const later = await range({ ...everyKey, minModRevision: 5n, limit: 2 });
    assert.deepEqual(later.entries, ["/a/2=two 5-5 0", "/b/1=second 3-6 0"]);
    assert.deepEqual([later.more, later.count], [true, 5]);
    assert.equal((await range({ ...everyKey, minModRevision: 9n, limit: 2 })).more, false);
  });

  it("knows its one revision and refuses others", async () => {
    assert.equal((await range({ ...everyKey, revision: 9n })).count, 5);
    await assert.rejects(range({ ...everyKey, revision: 8n }), isKind("compacted", /has revision 9 only, not 8/));
    await assert.rejects(range({ ...everyKey, revision: 10n }), isKind("permanent", /has revision 9 only, not 10/));
  });

  it("refuses a page that is too large as an etcd does, down to a single key", async () => {
    const large = Array.from({ length: 4 }, (_, each) =>
      put(BigInt(each + 2), `/${each}`, Buffer.alloc(20 * 1024 * 1024, "x")),
    );
    const store = await open(large);
    await assert.rejects(store.range(everyKey), isKind("answerTooLarge"));
    assert.equal((await store.range({ ...everyKey, limit: 1 })).entries.length, 1);
    assert.equal((await store.range({ ...everyKey, keysOnly: true })).entries.length, 4);
  });

  it("stands where an etcd that is connected to does, and gives the file as it is", async () => {
    const content = asSnapshot(buildDatabase(etcdBuckets(records)));
    const path = await fileOf(content);
    const store: OpenStore = await openSnapshotFile(path);
    const pieces: Buffer[] = [];
    for await (const piece of store.snapshot()) pieces.push(piece);
    assert(Buffer.concat(pieces).equals(content));
    assert.equal(store.description, `the snapshot ${path}`);
    store.disconnect();
    await store.close();
  });

  it("is never written", async () => {
    const store = await open(records);
    await assert.rejects(store.createAll([{ key: Buffer.from("/x"), value: Buffer.from("x") }]), isKind("permanent"));
    await assert.rejects(store.deleteUnchanged([{ key: Buffer.from("/a/1"), modRevision: 2n }]), isKind("permanent"));
  });

  it("has a name that no cluster's id can be, and that its contents alone make", async () => {
    const { clusterId } = await (await open(records)).status();
    assert.match(clusterId, /^snapshot-[0-9a-f]{16}$/);
    assert.equal((await (await open(records)).status()).clusterId, clusterId);
    assert.notEqual((await (await open(records.slice(1))).status()).clusterId, clusterId);
  });

  it("ends when something writes to its file", async () => {
    const path = await fileOf(asSnapshot(buildDatabase(etcdBuckets(records))));
    const store = await openSnapshotFile(path);
    appendFileSync(path, "more");
    await assert.rejects(
      store.range(everyKey),
      (error) => error instanceof SnapshotFileError && error.problem === "changed",
    );
  });
});

async function open(all: readonly Entry[]) {
  return openSnapshotFile(await fileOf(asSnapshot(buildDatabase(etcdBuckets(all)))));
}

async function range(request: RangeRequest) {
  const page = await (await open(records)).range(request);
  const entries = page.entries.map(({ key, value, createRevision, modRevision, lease }) => {
    const numbers = [createRevision, modRevision].map(String).join("-");
    return `${key.toString()}=${value.toString()} ${numbers} ${lease.toString()}`;
  });
  return { ...page, entries };
}

function isKind(kind: StoreErrorKind, message = /./) {
  return (error: unknown) => error instanceof StoreError && error.kind === kind && message.test(error.message);
}
