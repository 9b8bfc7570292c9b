import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BoltDatabase, type BoltBucket } from "../../../../migration/snapshot/file/bolt-database.ts";
import { FileBytes } from "../../../../migration/snapshot/file/file-bytes.ts";
import { SnapshotFileError, type SnapshotProblem } from "../../../../migration/snapshot/file/snapshot-file-error.ts";
import { buildDatabase, entry, fileOf, sealMeta, unsigned64 } from "./bolt-builder.ts";

const entries = Array.from({ length: 50 }, (_, index) =>
  entry(`key ${String(index).padStart(3, "0")}`, `value ${index}`),
);
const buckets = { key: entries, meta: [entry("consistent_index", "1")], zzz: [] };

describe("a bbolt database in a file", () => {
  for (const pageBytes of [1024, 4096, 16_384, 65_536]) {
    it(`gives back every key and value, in pages of ${pageBytes} bytes`, async () => {
      const database = await open(buildDatabase(buckets, { pageBytes }));
      assert.equal(database.meta.pageBytes, pageBytes);
      assert.deepEqual(contentOf(database, "key"), texts(entries));
    });
  }

  it("gives back values that are larger than a page, and pages behind them", async () => {
    const large = [entry("a", "x".repeat(5000)), entry("b", "y".repeat(70_000)), entry("c", "z")];
    const database = await open(buildDatabase({ key: large }, { pageBytes: 1024, elements: 1 }));
    assert.deepEqual(contentOf(database, "key"), texts(large));
  });

  it("gives back what lies beside the bucket's own name", async () => {
    const few = [entry("a", "1"), entry("b", "2")];
    const database = await open(buildDatabase({ key: few, lease: [] }, { inline: true }));
    assert.deepEqual(contentOf(database, "key"), texts(few));
    assert.deepEqual(contentOf(database, "lease"), []);
  });

  it("tells where in the file a value lies", async () => {
    const content = buildDatabase({ key: entries.slice(0, 3) }, { inline: true });
    const database = await open(content);
    const bucket = bucketOf(database, "key");
    const [page] = [...database.leaves(bucket)];
    const element = page?.elements[1];
    assert(page !== undefined && element !== undefined);
    const start = page.position + element.keyEnd;
    assert.equal(content.toString("utf8", start, page.position + element.valueEnd), "value 1");
  });

  it("knows no bucket and no key that is not there", async () => {
    const database = await open(buildDatabase(buckets));
    assert.equal(database.bucket("lease"), undefined);
    assert.equal(database.value(bucketOf(database, "meta"), "term"), undefined);
    assert.equal(database.value(bucketOf(database, "meta"), "consistent_index")?.toString(), "1");
    assert.deepEqual(contentOf(database, "zzz"), []);
  });

  it("takes the meta page of the later transaction, wherever it is", async () => {
    const content = buildDatabase(buckets);
    unsigned64(99).copy(content, 4096 + 64);
    sealMeta(content, 4096);
    assert.equal((await open(content)).meta.transaction, 99n);
  });

  it("takes a file that is longer than its pages, as a member's database is", async () => {
    const database = await open(Buffer.concat([buildDatabase(buckets), Buffer.alloc(8192)]));
    assert.deepEqual(contentOf(database, "key"), texts(entries));
  });
});

/** Where the tree of bucket `key` has its first leaf, its first branch and the branch above, in pages of 4096 with four elements. */
const leaf = 2 * 4096;
const branch = 15 * 4096;

describe("a bbolt database that is refused", () => {
  const spoilt: Readonly<Record<string, readonly [SnapshotProblem, RegExp, (content: Buffer) => unknown]>> = {
    "is text": ["notADatabase", /is not a database/, () => Buffer.alloc(9000, "some text ")],
    "is a few bytes": ["notADatabase", /too short for a database \(20 bytes\)/, (content) => content.subarray(0, 20)],
    "ends within its first page": ["truncated", /ends before its second page/, (content) => content.subarray(0, 3000)],
    "lacks its last page": ["truncated", /has room for \d+ of its \d+ pages/, (content) => content.subarray(0, -4096)],
    "has a flipped bit in its first meta page": ["damaged", /meta page 0: its checksum/, flip(40)],
    "has a flipped bit in its second meta page": ["damaged", /meta page 1: its checksum/, flip(4096 + 64)],
    "has no second meta page": ["damaged", /second page is not the other/, (content) => content.fill(0, 4096, 8192)],
    "has a format that nobody knows": [
      "unknownFormat",
      /format that is not known/,
      sealed((content) => content.writeUInt32LE(3, 20)),
    ],
    "begins its tree behind its end": [
      "damaged",
      /its tree begins at page 9999/,
      sealed((content) => unsigned64(9999).copy(content, 32), 0, 4096),
    ],
    "has two page sizes": [
      "damaged",
      /different page sizes/,
      sealed((content) => content.writeUInt32LE(2048, 4096 + 24), 4096),
    ],
    "has a page with another number": [
      "damaged",
      /page 2 says that it is page 7/,
      (content) => unsigned64(7).copy(content, leaf),
    ],
    "has a page that is neither leaf nor branch": [
      "damaged",
      /page 2 is neither/,
      (content) => content.writeUInt16LE(0x10, leaf + 8),
    ],
    "has a page that goes on behind the end": [
      "damaged",
      /page 2 goes on behind/,
      (content) => content.writeUInt32LE(500, leaf + 12),
    ],
    "has a page without any element": ["damaged", /page 2 is empty/, (content) => content.writeUInt16LE(0, leaf + 10)],
    "has a page with one element less": [
      "damaged",
      /page 2 has an element 0 that lies elsewhere/,
      (content) => content.writeUInt16LE(3, leaf + 10),
    ],
    "has a page with too many elements": [
      "damaged",
      /page 2 has no room/,
      (content) => content.writeUInt16LE(60_000, leaf + 10),
    ],
    "has an element outside its page": [
      "damaged",
      /element 3 that lies elsewhere/,
      (content) => content.writeUInt32LE(90_000, leaf + 16 + 3 * 16 + 12),
    ],
    "has an element within another": [
      "damaged",
      /element 1 that lies elsewhere/,
      (content) => content.writeUInt32LE(40, leaf + 16 + 16 + 4),
    ],
    "has an element of an unknown kind": ["damaged", /unknown kind/, (content) => content.writeUInt32LE(2, leaf + 16)],
    "has keys out of order": [
      "damaged",
      /keys are out of order/,
      (content) => content.write("key 009", leaf + 16 + 4 * 16),
    ],
    "leads to a page twice": [
      "damaged",
      /out of order/,
      (content) => unsigned64(2).copy(content, branch + 16 + 16 + 8),
    ],
    "leads back to where it comes from": [
      "damaged",
      /leads back to page 15/,
      (content) => unsigned64(15).copy(content, branch + 16 + 8),
    ],
    "leads to a page that it does not have": [
      "damaged",
      /page 4000, which is none/,
      (content) => unsigned64(4000).copy(content, branch + 16 + 8),
    ],
    "leads to a meta page": [
      "damaged",
      /page 1, which is none/,
      (content) => unsigned64(1).copy(content, branch + 16 + 8),
    ],
    "has a branch without a page": ["damaged", /page 15 is empty/, (content) => content.writeUInt16LE(0, branch + 10)],
  };
  for (const [name, [problem, message, spoil]] of Object.entries(spoilt)) {
    it(name, async () => {
      const content = buildDatabase(buckets);
      const part = spoil(content);
      await refuses(Buffer.isBuffer(part) ? part : content, problem, message);
    });
  }

  it("has a bucket that is a mere value", async () => {
    const content = buildDatabase({ key: [entry("a", "1")], meta: [] });
    const position = content.indexOf("key", 4096 * 3) - 2 * 16;
    content.writeUInt32LE(0, position);
    await refuses(content, "damaged", /its bucket key is none/);
  });

  it("has a page within a bucket that is no leaf", async () => {
    const content = buildDatabase({ key: [entry("a", "1")] }, { inline: true });
    const position = content.lastIndexOf("key") + 3 + 16;
    content.writeUInt16LE(1, position + 8);
    await refuses(content, "damaged", /the page within bucket key/);
  });
});

function flip(position: number): (content: Buffer) => unknown {
  return (content) => (content[position] = (content[position] ?? 0) ^ 4);
}

/** The meta page's checksum is right again. */
function sealed(spoil: (content: Buffer) => unknown, ...positions: number[]): (content: Buffer) => void {
  return (content) => {
    spoil(content);
    for (const position of positions.length === 0 ? [0] : positions) sealMeta(content, position);
  };
}

async function refuses(content: Buffer, problem: SnapshotProblem, message: RegExp): Promise<void> {
  await assert.rejects(
    async () => contentOf(await open(content), "key"),
    (error) => error instanceof SnapshotFileError && error.problem === problem && message.test(error.message),
  );
}

async function open(content: Buffer): Promise<BoltDatabase> {
  return new BoltDatabase(FileBytes.open(await fileOf(content)), content.length);
}

function bucketOf(database: BoltDatabase, name: string): BoltBucket {
  const bucket = database.bucket(name);
  assert(bucket !== undefined);
  return bucket;
}

function contentOf(database: BoltDatabase, name: string): string[] {
  const content = [];
  for (const { buffer, elements } of database.leaves(bucketOf(database, name))) {
    for (const { keyStart, keyEnd, valueEnd } of elements) {
      content.push(`${buffer.toString("utf8", keyStart, keyEnd)}=${buffer.toString("utf8", keyEnd, valueEnd)}`);
    }
  }
  return content;
}

function texts(all: typeof entries): string[] {
  return all.map(({ key, value }) => `${key.toString()}=${value.toString()}`);
}
