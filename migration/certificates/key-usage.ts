import type { X509Certificate } from "node:crypto";

/** What a certificate's key may be used for (RFC 5280, 4.2.1.3), as far as it matters to TLS. */
export type KeyUsage = "digitalSignature" | "keyEncipherment" | "keyCertSign";

const bits: Readonly<Record<KeyUsage, number>> = { digitalSignature: 0x80, keyEncipherment: 0x20, keyCertSign: 0x04 };

/** 2.5.29.15, as DER writes it. */
const keyUsageExtension = Buffer.from([0x55, 0x1d, 0x0f]);

/**
 * Node reads the extended key usage of a certificate, but not its key usage.
 *
 * @returns undefined when the certificate does not limit it.
 */
export function keyUsages(certificate: X509Certificate): KeyUsage[] | undefined {
  const extension = extensionsOf(certificate.raw).find(([identifier]) => identifier?.content.equals(keyUsageExtension));
  // A bit string within an octet string: how many bits of its last byte are not used, then the bits.
  const [bitString] = elements(extension?.at(-1)?.content ?? Buffer.alloc(0));
  const allowed = bitString?.content[1];
  if (allowed === undefined) return undefined;
  return (Object.keys(bits) as KeyUsage[]).filter((usage) => (allowed & bits[usage]) !== 0);
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** Each as its identifier, perhaps whether it is critical, and its value. */
function extensionsOf(certificate: Buffer): Element[][] {
  const [whole] = elements(certificate);
  const [toBeSigned] = elements(whole?.content ?? Buffer.alloc(0));
  const wrapped = elements(toBeSigned?.content ?? Buffer.alloc(0)).find(({ tag }) => tag === 0xa3);
  const [list] = elements(wrapped?.content ?? Buffer.alloc(0));
  return elements(list?.content ?? Buffer.alloc(0)).map(({ content }) => elements(content));
}

/** What stands one after the other in DER. OpenSSL has parsed the certificate before: its lengths are right. */
function elements(der: Buffer): Element[] {
  const found: Element[] = [];
  let position = 0;
  while (position + 2 <= der.length) {
    const tag = der[position] ?? 0;
    const first = der[position + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const length = lengthBytes === 0 ? first : der.readUIntBE(position + 2, lengthBytes);
    const start = position + 2 + lengthBytes;
    found.push({ tag, content: der.subarray(start, start + length) });
    position = start + length;
  }
  return found;
}
