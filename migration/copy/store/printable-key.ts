const LONGEST = 256;

/**
 * A key as it may stand in a message: readable where it is UTF-8, every other byte, every control character and the
 * backslash as `\xNN`. One key has one such name and no two keys share one, unless cut: beyond 256 characters the rest is
 * replaced by its length.
 */
export function printableKey(key: Buffer): string {
  const name = isUtf8(key) ? escapeCharacters(key.toString("utf8")) : escapeBytes(key);
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}... (${key.length} bytes)` : name;
}

/** The first `most` keys, for a list in a message. */
export function printableKeys(keys: readonly Buffer[], most: number): string[] {
  return keys.slice(0, most).map(printableKey);
}

function isUtf8(key: Buffer): boolean {
  return Buffer.from(key.toString("utf8"), "utf8").equals(key);
}

function escapeCharacters(text: string): string {
  // Category C: control, format, private and unassigned characters, which a terminal may act on or hide.
  return text.replace(/[\p{C}\\]/gu, (character) => escapeBytes(Buffer.from(character, "utf8"), false));
}

function escapeBytes(bytes: Buffer, keepPrintable = true): string {
  return Array.from(bytes, (byte) =>
    keepPrintable && isPrintable(byte) ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
}
