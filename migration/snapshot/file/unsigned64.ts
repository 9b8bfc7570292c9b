/** Little-endian. Above 2^53 it is not exact, and still far above everything that a page's number may be. */
export function unsigned64(buffer: Buffer, offset: number): number {
  return buffer.readUInt32LE(offset) + buffer.readUInt32LE(offset + 4) * 2 ** 32;
}
