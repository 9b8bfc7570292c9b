import { groupsOf } from "../../copy/write/batches.ts";
import { keyAfter } from "../../copy/store/key-range.ts";
import type { KeyRange, KeyValue } from "../../copy/store/key-value-store.ts";
import { bytesFieldBytes } from "../../copy/write/request-bytes.ts";
import {
  CREATE_REVISION,
  modRevisionEquals,
  NOT_EXISTING_NUMBERS,
  putFieldBytes,
  readRevision,
  writePuts,
} from "./key-messages.ts";
import { Reader, Writer } from "./wire-format.ts";

/**
 * etcd allows a transaction 128 operations, and to each that is a transaction itself what the outer one leaves of them: a
 * few times so many stay below that.
 */
const PUTS_PER_GROUP = 64;

/** Compare.range_end; its field number takes a tag of two bytes. */
const RANGE_END = 64;
const RANGE_END_EXTRA_TAG_BYTES = 1;

/**
 * If no key at all exists from the first to the last of the entries, which are sorted, then put them all. The puts lie in
 * nested transactions, which have no condition of their own. etcd knows both since 3.3.
 */
export function encodeCreateRun(entries: readonly KeyValue[]): Buffer {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) {
    throw new RangeError("a run of no entries");
  }
  const end = keyAfter(last.key);
  const guard =
    NOT_EXISTING_NUMBERS + bytesFieldBytes(first.key.length) + RANGE_END_EXTRA_TAG_BYTES + bytesFieldBytes(end.length);
  const groups = [...groupsOf(entries, PUTS_PER_GROUP)];
  const sizes = groups.map((group) => group.reduce((sum, entry) => sum + putFieldBytes(entry), 0));
  const writer = new Writer(
    sizes.reduce((sum, size) => sum + bytesFieldBytes(bytesFieldBytes(size)), bytesFieldBytes(guard)),
  );
  writer.header(1, guard);
  writer.number(2, CREATE_REVISION);
  writer.bytes(3, first.key);
  writer.number(5, 0);
  writer.bytes(RANGE_END, end);
  for (const [index, group] of groups.entries()) {
    const size = sizes[index] ?? 0;
    writer.header(2, bytesFieldBytes(size));
    writer.header(4, size);
    writePuts(writer, group);
  }
  return writer.written();
}

/** No etcd ever gets to this revision. */
const UNREACHABLE_REVISION = 1n << 62n;

/**
 * Deletes the range under a condition that is never true: etcd refuses the request when the client may not write all of the
 * range, and otherwise does nothing. Of all operations only a deletion names a range to write.
 */
export function encodePermissionProbe({ from, to }: KeyRange): Buffer {
  const guard = modRevisionEquals(from, UNREACHABLE_REVISION);
  const deletion = bytesFieldBytes(from.length) + bytesFieldBytes(to.length);
  const operation = bytesFieldBytes(deletion);
  const writer = new Writer(bytesFieldBytes(guard.length) + bytesFieldBytes(operation));
  writer.bytes(1, guard);
  writer.header(2, operation);
  writer.header(3, deletion);
  writer.bytes(1, from);
  writer.bytes(2, to);
  return writer.written();
}

/** The revision at which the run was created; undefined when its guard refused it. */
export function decodeRunResponse(answer: Buffer): bigint | undefined {
  const reader = new Reader(answer);
  let revision = 0n;
  let succeeded = false;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      revision = reader.message(readRevision);
    } else if (field === 2) {
      succeeded = reader.number() !== 0;
    } else {
      reader.skip();
    }
  }
  return succeeded ? revision : undefined;
}
