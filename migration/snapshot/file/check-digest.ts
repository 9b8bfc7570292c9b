import { createHash } from "node:crypto";
import { counted } from "../../wording/counted.ts";
import { digestBytes, endsWithDigest } from "../snapshot-trailer.ts";
import type { FileBytes } from "./file-bytes.ts";
import type { ReportOpening } from "./opening-progress.ts";
import type { TimeSlices } from "./time-slices.ts";

/** The database within a snapshot's file. */
export interface SnapshotContent {
  /** Without the checksum behind it. */
  readonly databaseBytes: number;
  /** Of these bytes, hexadecimal. */
  readonly sha256: string;
  /** Whether the file itself says what its SHA-256 is to be. */
  readonly isChecked: boolean;
}

interface DigestOptions {
  readonly withoutChecksum: boolean;
  readonly slices: TimeSlices;
  readonly onProgress?: ReportOpening;
}

const bytesAtOnce = 1024 * 1024;

/**
 * Reads the whole file and compares its SHA-256 with the one at its end. Raises SnapshotFileError.
 *
 * @param withoutChecksum takes a file that has none, such as the database in a member's folder; one that has one is checked all the same.
 */
export async function checkDigest(
  file: FileBytes,
  { withoutChecksum, slices, onProgress = () => undefined }: DigestOptions,
): Promise<SnapshotContent> {
  const isChecked = file.size > digestBytes && endsWithDigest(file.size);
  if (!isChecked && !withoutChecksum) {
    throw file.error("noChecksum", `ends, after ${counted(file.size, "byte")}, without the checksum of a snapshot`);
  }
  const databaseBytes = isChecked ? file.size - digestBytes : file.size;
  const digest = await digestOf(file, databaseBytes, slices, (bytesDone) => {
    onProgress({ part: "checksum", bytesDone, bytesTotal: databaseBytes });
  });
  if (isChecked && !digest.equals(file.read(databaseBytes, digestBytes))) {
    throw file.error("wrongChecksum", "has other contents than its checksum says");
  }
  return { databaseBytes, sha256: digest.toString("hex"), isChecked };
}

async function digestOf(
  file: FileBytes,
  bytes: number,
  slices: TimeSlices,
  onBytes: (done: number) => void,
): Promise<Buffer> {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafeSlow(Math.min(bytesAtOnce, bytes));
  for (let position = 0; position < bytes; position += piece.length) {
    const length = Math.min(piece.length, bytes - position);
    file.readInto(piece, 0, length, position);
    hash.update(piece.subarray(0, length));
    onBytes(position + length);
    await slices.pause();
  }
  return hash.digest();
}
