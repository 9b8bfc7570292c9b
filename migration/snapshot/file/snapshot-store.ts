import { everyKey } from "../../copy/store/key-range.ts";
import type {
  KeyRange,
  KeyValueStore,
  RangePage,
  RangeRequest,
  StoredKeyValue,
  StoreStatus,
} from "../../copy/store/key-value-store.ts";
import { StoreError } from "../../copy/store/store-error.ts";
import type { FileBytes } from "./file-bytes.ts";
import type { KeyTable } from "./key-table.ts";
import { readRecord } from "./revisions.ts";
import { TimeSlices } from "./time-slices.ts";

/** A snapshot's file in place of an etcd that is connected to (OpenStore): it can be read, at its one revision. */
export interface SnapshotStore extends KeyValueStore {
  /** Such as `the snapshot backup.db`. */
  readonly description: string;
  readonly path: string;
  /** Of the database, hexadecimal: two files of equal contents are one snapshot. */
  readonly sha256: string;
  /** Whether the file itself says so, and does not only have it. */
  readonly isChecked: boolean;
  /** Such as `3.5`; undefined where the file does not say. */
  readonly etcdVersion: string | undefined;
  readonly keys: number;
  /** The file as it is. */
  snapshot(): AsyncIterable<Buffer>;
  /** There is no connection to drop. */
  disconnect(): void;
  close(): Promise<void>;
}

export type SnapshotDescription = Pick<SnapshotStore, "path" | "sha256" | "isChecked" | "etcdVersion"> & {
  readonly revision: bigint;
  readonly databaseBytes: number;
};

/** As an etcd's client takes at most: a larger page is asked for in parts. */
const mostPageBytes = 32 * 1024 * 1024;
/**
 * What is read of the file at once, and what a page is content with that may be a part: reading the next one costs no more than its
 * bytes, where an etcd has to be asked.
 */
const bytesAtOnce = 1024 * 1024;

const noValue = Buffer.alloc(0);

/** @param table its keys, in byte order. */
export function snapshotStore(file: FileBytes, table: KeyTable, described: SnapshotDescription): SnapshotStore {
  const { path, sha256, isChecked, etcdVersion, revision, databaseBytes } = described;
  const status: StoreStatus = {
    clusterId: snapshotId(sha256),
    revision,
    version: etcdVersion ?? "3.4 or older",
    databaseBytes,
  };
  return {
    ...{ description: `the snapshot ${path}`, path, sha256, isChecked, etcdVersion, keys: table.count },
    status: () => Promise.resolve(status),
    async range(request: RangeRequest): Promise<RangePage> {
      refuseOtherRevision(request.revision, described);
      file.refuseChanged();
      const places = placesOf(table, request);
      const count = places.to - places.from;
      if (request.countOnly === true) return { entries: [], more: false, count, revision };
      return { ...(await new PageReader(table, request, path).read(places)), count, revision };
    },
    createAll: () => onlyRead(path),
    deleteUnchanged: () => onlyRead(path),
    snapshot: () => piecesOf(file),
    disconnect: () => undefined,
    close: () => {
      file.close();
      return Promise.resolve();
    },
  };
}

/**
 * What stands in the place of a cluster's id, which an etcd's database does not have: no cluster has such a one, its own is a
 * number. A copy back into the cluster that the snapshot is of is no mistake.
 */
function snapshotId(sha256: string): string {
  return `snapshot-${sha256.slice(0, 16)}`;
}

function refuseOtherRevision(asked: bigint | undefined, { path, revision }: SnapshotDescription): void {
  if (asked === undefined || asked === 0n || asked === revision) return;
  const what = `the snapshot ${path} has revision ${revision.toString()} only, not ${asked.toString()}`;
  throw new StoreError(asked < revision ? "compacted" : "permanent", what);
}

function onlyRead(path: string): Promise<never> {
  return Promise.reject(new StoreError("permanent", `the snapshot ${path} is only read, never written`));
}

async function* piecesOf(file: FileBytes): AsyncGenerator<Buffer, void, undefined> {
  const slices = new TimeSlices();
  for (let position = 0; position < file.size; position += bytesAtOnce) {
    file.refuseChanged();
    yield file.read(position, Math.min(bytesAtOnce, file.size - position));
    await slices.pause();
  }
}

/** Places in the table, the end exclusive. */
interface Places {
  readonly from: number;
  readonly to: number;
}

/** An end that is empty means the one key, as etcd has it. */
function placesOf(table: KeyTable, { from, to }: KeyRange): Places {
  const first = firstNotBefore(table, from);
  if (to.length === 0) {
    const isThere = first < table.count && table.key(first).equals(from);
    return { from: first, to: isThere ? first + 1 : first };
  }
  const end = to.equals(everyKey.to) ? table.count : firstNotBefore(table, to);
  return { from: first, to: Math.max(first, end) };
}

function firstNotBefore(table: KeyTable, key: Buffer): number {
  let [low, high] = [0, table.count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (table.key(middle).compare(key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

class PageReader {
  readonly #table: KeyTable;
  readonly #request: RangeRequest;
  readonly #path: string;
  readonly #entries: StoredKeyValue[] = [];
  #bytes = 0;

  constructor(table: KeyTable, request: RangeRequest, path: string) {
    this.#table = table;
    this.#request = request;
    this.#path = path;
  }

  async read({ from, to }: Places): Promise<Pick<RangePage, "entries" | "more">> {
    const slices = new TimeSlices();
    const { limit: asked = 0, minModRevision } = this.#request;
    const limit = asked === 0 ? Infinity : asked;
    // Where not every key counts, one that does has to be found to know that there are more.
    const enough = minModRevision === undefined ? limit : limit + 1;
    // Whoever asks for so many at most is content with fewer.
    const isPartEnough = asked > 0 && minModRevision === undefined;
    let place = from;
    while (place < to && this.#entries.length < enough) {
      const end = this.#batchEnd(place, Math.min(to, place + enough - this.#entries.length));
      this.#addBatch(place, end);
      place = end;
      await slices.pause();
      if (isPartEnough) break;
    }
    const more = minModRevision === undefined ? place < to : this.#entries.length > limit;
    return { entries: this.#entries.slice(0, limit), more };
  }

  #batchEnd(from: number, most: number): number {
    let end = from;
    for (let bytes = 0; end < most; end += 1) {
      bytes += this.#table.recordLength(end);
      if (bytes > bytesAtOnce && end > from) break;
    }
    return end;
  }

  #addBatch(from: number, to: number): void {
    const { keysOnly = false, minModRevision = 0n } = this.#request;
    const { bytes, starts } = this.#table.readRecords(from, to);
    for (let each = 0; each < to - from; each += 1) {
      const [start = 0, end = 0] = [starts[each], starts[each + 1]];
      const entry = readRecord({ buffer: bytes, start, end });
      if (entry.modRevision < minModRevision) continue;
      this.#addBytes(keysOnly ? entry.keyEnd - entry.keyStart : end - start);
      const { createRevision, modRevision, lease } = entry;
      // A copy of the key: it is a view of the batch, which would be kept with it.
      this.#entries.push(
        keysOnly ? { key: Buffer.from(entry.key), value: noValue, createRevision, modRevision, lease } : entry,
      );
    }
  }

  #addBytes(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= mostPageBytes || this.#entries.length === 0) return;
    throw new StoreError("answerTooLarge", `a page of the snapshot ${this.#path} has more than ${mostPageBytes} bytes`);
  }
}
