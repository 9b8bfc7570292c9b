import type { BoltBucket, BoltDatabase, LeafPage } from "./bolt-database.ts";
import type { PageElement } from "./bolt-page.ts";
import type { FileBytes } from "./file-bytes.ts";
import { KeyTable } from "./key-table.ts";
import { decodeRecord, decodeRevisionName, RecordDamage } from "./revisions.ts";
import { sortKeys } from "./sort-keys.ts";
import type { TimeSlices } from "./time-slices.ts";

/** What stands in an etcd at its last revision. */
export interface CollectedKeys {
  /** In byte order. */
  readonly keys: KeyTable;
  /** The last one that anything was written at; 0 when nothing was. */
  readonly lastRevision: bigint;
}

interface KeysToCollect {
  readonly database: BoltDatabase;
  readonly bucket: BoltBucket;
  readonly slices: TimeSlices;
  /** Hears how much of the bucket was read. */
  readonly onBytes?: (done: number) => void;
}

/** As many records are gathered before those that are out of date are dropped. */
const usualRecords = 2_000_000;

/**
 * Reads every record of every key, in the order in which they were written, and keeps where the last one of each lies; what was
 * deleted is left out. Takes memory for the keys that there are, not for their history. Raises SnapshotFileError.
 */
export async function collectKeys(
  file: FileBytes,
  { database, bucket, slices, onBytes = () => undefined }: KeysToCollect,
  mostRecords = usualRecords,
): Promise<CollectedKeys> {
  const keys = new KeyTable(file);
  let lastRevision = 0n;
  let limit = mostRecords;
  let bytes = 0;
  for (const page of database.leaves(bucket)) {
    for (const element of page.elements) lastRevision = addRecord(keys, file, page, element);
    bytes += page.buffer.length;
    onBytes(bytes);
    await slices.pause();
    if (keys.count >= limit) {
      keys.keepLatest(await sortKeys(keys, slices));
      limit = Math.max(mostRecords, 2 * keys.count);
    }
  }
  keys.keepLatest(await sortKeys(keys, slices));
  return { keys, lastRevision };
}

/** Answers the record's revision. */
function addRecord(keys: KeyTable, file: FileBytes, page: LeafPage, element: PageElement): bigint {
  const { keyStart, keyEnd, valueEnd } = element;
  try {
    if (element.isBucket) throw new RecordDamage("is a bucket");
    const name = decodeRevisionName(page.buffer, keyStart, keyEnd);
    // What `etcdutl snapshot restore --bump-revision` leaves: a revision at which nothing was written.
    if (keyEnd === valueEnd) return name.revision;
    const record = decodeRecord({ buffer: page.buffer, start: keyEnd, end: valueEnd }, name);
    const recordLength = name.isTombstone ? 0 : valueEnd - keyEnd;
    keys.add(page.position + keyEnd, record.keyEnd - record.keyStart, recordLength);
    return name.revision;
  } catch (error) {
    if (!(error instanceof RecordDamage)) throw error;
    throw file.error("damaged", `contradicts itself: the record at byte ${page.position + keyStart} ${error.message}`);
  }
}
