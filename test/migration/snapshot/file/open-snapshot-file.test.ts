import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSnapshotFile, type SnapshotFileOptions } from "../../../../migration/snapshot/file/open-snapshot-file.ts";
import type { OpeningProgress } from "../../../../migration/snapshot/file/opening-progress.ts";
import { SnapshotFileError, type SnapshotProblem } from "../../../../migration/snapshot/file/snapshot-file-error.ts";
import { asSnapshot, buildDatabase, entry, fileOf, type Entry } from "./bolt-builder.ts";
import { deletion, etcdBuckets, put, revisionName } from "./etcd-records.ts";

const records = [put(2n, "/a", "1"), put(3n, "/b", "2")];
const index = entry("consistent_index", "12345678");

describe("a snapshot's file", () => {
  it("is opened when its checksum holds", async () => {
    const store = await open(asSnapshot(database()));
    assert.deepEqual([store.keys, store.isChecked, (await store.status()).revision], [2, true, 3n]);
    assert.equal((await store.status()).databaseBytes, database().length);
  });

  it("says how far it was read, for its checksum and then for its keys", async () => {
    const heard: OpeningProgress[] = [];
    await open(asSnapshot(database()), { onProgress: (each) => heard.push(each) });
    const bytesTotal = database().length;
    assert.deepEqual(heard[0], { part: "checksum", bytesDone: bytesTotal, bytesTotal });
    assert.equal(heard.at(-1)?.part, "keys");
    assert.ok(heard.every(({ bytesDone }) => bytesDone > 0 && bytesDone <= bytesTotal));
  });

  it("is opened without a checksum only on request, and says so", async () => {
    await refuses(database(), "noChecksum", /without the checksum of a snapshot\..*member\/snap\/db/);
    const store = await open(database(), { withoutChecksum: true });
    assert.deepEqual([store.keys, store.isChecked], [2, false]);
    assert.equal(store.sha256, (await open(asSnapshot(database()))).sha256);
  });

  it("is refused with a wrong checksum also when it could have had none", async () => {
    const content = asSnapshot(database());
    content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
    await refuses(content, "wrongChecksum", /other contents than its checksum says/);
    await refuses(content, "wrongChecksum", /./, { withoutChecksum: true });
  });

  const wrong: Readonly<Record<string, readonly [SnapshotProblem, RegExp, Buffer]>> = {
    "is empty": ["empty", /is empty\. Use another snapshot/, Buffer.alloc(0)],
    "lacks its end": ["noChecksum", /ends, after [\d,]+ bytes, without/, asSnapshot(database()).subarray(0, -700)],
    "lacks its end, and ends where a checksum could": ["wrongChecksum", /./, asSnapshot(database()).subarray(0, -4096)],
    "is its checksum alone": ["notADatabase", /./, asSnapshot(database()).subarray(-32)],
    "is something else": ["notADatabase", /is not a database of an etcd/, asSnapshot(Buffer.alloc(8192, "text "))],
    "is another program's database": [
      "noKeys",
      /has no bucket "key"/,
      asSnapshot(buildDatabase({ users: [], meta: [] })),
    ],
    "has no meta data": ["noKeys", /has no bucket "meta"/, asSnapshot(buildDatabase({ key: [] }))],
    "is of a newer etcd": [
      "newerEtcd",
      /is of etcd 3\.7, which is not known here/,
      snapshotOf([index, entry("storageVersion", "3.7.0")]),
    ],
    "is of an etcd to come": ["newerEtcd", /is of etcd 4\.0/, snapshotOf([index, entry("storageVersion", "4.0.0")])],
    "has a version that is none": ["damaged", /should be a version/, snapshotOf([index, entry("storageVersion", "x")])],
  };
  for (const [name, [problem, message, content]] of Object.entries(wrong)) {
    it(`is refused when it ${name}`, () => refuses(content, problem, message));
  }

  it("tells which etcd it is of, as far as it says", async () => {
    const versions: readonly (readonly [string | undefined, readonly Entry[], readonly Entry[]])[] = [
      ["3.6", [index, entry("storageVersion", "3.6.0")], [entry("clusterVersion", "3.5.0")]],
      ["3.4", [index], [entry("clusterVersion", "3.4.0")]],
      ["3.5", [index, entry("term", "12345678")], []],
      [undefined, [index], []],
    ];
    for (const [expected, meta, cluster] of versions) {
      const store = await open(asSnapshot(buildDatabase({ ...etcdBuckets(records, meta), cluster })));
      assert.equal(store.etcdVersion, expected);
    }
  });

  it("has the revision up to which it was compacted where nothing later is left, and 1 where there is none", async () => {
    const all = [put(2n, "/a", "1"), deletion(3n, "/a")];
    const revisions = [
      [[], [index], 1n],
      [all, [index], 3n],
      [[], [index, entry("finishedCompactRev", revisionName(3n)), entry("scheduledCompactRev", revisionName(3n))], 3n],
      [[], [index, entry("finishedCompactRev", revisionName(3n)), entry("scheduledCompactRev", revisionName(5n))], 5n],
    ] as const;
    for (const [kept, meta, revision] of revisions) {
      const store = await open(asSnapshot(buildDatabase(etcdBuckets(kept, meta))));
      assert.deepEqual([(await store.status()).revision, store.keys], [revision, 0]);
    }
  });

  it("is left when the work is interrupted", async () => {
    const many = Array.from({ length: 20_000 }, (_, each) => put(BigInt(each + 2), `/${each}`, "x".repeat(200)));
    const stopped = new Error("stopped");
    await assert.rejects(
      open(asSnapshot(buildDatabase(etcdBuckets(many), { elements: 12 })), { signal: AbortSignal.abort(stopped) }),
      stopped,
    );
  });
});

function database(): Buffer {
  return buildDatabase(etcdBuckets(records));
}

function snapshotOf(meta: readonly Entry[]): Buffer {
  return asSnapshot(
    buildDatabase(
      etcdBuckets(
        records,
        [...meta].sort((one, other) => one.key.compare(other.key)),
      ),
    ),
  );
}

async function open(content: Buffer, options?: SnapshotFileOptions) {
  return openSnapshotFile(await fileOf(content), options);
}

async function refuses(content: Buffer, problem: SnapshotProblem, message: RegExp, options?: SnapshotFileOptions) {
  await assert.rejects(open(content, options), (error) => {
    assert(error instanceof SnapshotFileError, String(error));
    assert.equal(error.problem, problem);
    assert.match(error.message, message);
    return true;
  });
}
