/** One entry of a tar archive. All belong to root, and times are left at zero: equal content makes equal archives. */
export type TarEntry =
  | { type: "file"; path: string; content: Buffer; mode: number }
  | { type: "directory"; path: string; mode: number }
  | { type: "link"; path: string; target: string };

const blockSize = 512;

/**
 * The archive as one buffer, in the ustar format.
 * @throws RangeError when a path or link target is longer than the 100 bytes that the format's plain header has
 */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) =>
    entry.type === "file" ? [header(entry), entry.content, padding(entry.content.length)] : [header(entry)],
  );
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]);
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(blockSize);
  const path = entry.path.replace(/^\//, "") + (entry.type === "directory" ? "/" : "");
  writeText(block, path, 0, 100);
  writeOctal(block, entry.type === "link" ? 0o777 : entry.mode, 100, 8);
  writeOctal(block, 0, 108, 8);
  writeOctal(block, 0, 116, 8);
  writeOctal(block, entry.type === "file" ? entry.content.length : 0, 124, 12);
  writeOctal(block, 0, 136, 12);
  writeText(block, { file: "0", link: "2", directory: "5" }[entry.type], 156, 1);
  if (entry.type === "link") writeText(block, entry.target, 157, 100);
  writeText(block, "ustar\0" + "00", 257, 8);
  // The checksum is taken with blanks in its own place.
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  writeText(block, `${sum.toString(8).padStart(6, "0")}\0 `, 148, 8);
  return block;
}

function writeText(block: Buffer, text: string, offset: number, length: number): void {
  if (Buffer.byteLength(text) > length) throw new RangeError(`${text}: longer than ${length} bytes`);
  block.write(text, offset, "utf8");
}

function writeOctal(block: Buffer, value: number, offset: number, length: number): void {
  writeText(block, value.toString(8).padStart(length - 1, "0"), offset, length);
}

function padding(length: number): Buffer {
  return Buffer.alloc((blockSize - (length % blockSize)) % blockSize);
}
