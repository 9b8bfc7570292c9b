import { counted } from "../wording/counted.ts";
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";

/** What was read, or why it could not be: the rest of a sentence that begins with where it was to be read. */
export type Contents<Value> = { readonly value: Value } | { readonly problem: string };

export type AtLeastOne<T> = [T, ...T[]];

/** All certificates of a PEM file, in their order. Never quotes what it reads. */
export function certificatesIn(pem: Buffer): Contents<AtLeastOne<X509Certificate>> {
  const blocks = pem.toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    return first === undefined
      ? { problem: `holds no PEM certificate (${counted(pem.length, "byte")})` }
      : { value: [first, ...others] };
  } catch {
    // OpenSSL's message may quote what it read.
    return { problem: "cannot be parsed: it is no valid PEM certificate" };
  }
}

export function privateKeyIn(pem: Buffer): Contents<KeyObject> {
  try {
    return { value: createPrivateKey(pem) };
  } catch {
    return isEncrypted(pem)
      ? {
          problem:
            "has a passphrase, which nobody could type in. Write the key without it: `openssl pkey -in KEY -out KEY.plain`",
        }
      : { problem: "cannot be parsed: it is no valid PEM private key" };
  }
}

function isEncrypted(pem: Buffer): boolean {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem.toString("latin1"));
}

export function dateProblem(certificate: X509Certificate, now: Date): string | undefined {
  if (certificate.validToDate < now) return `expired on ${certificate.validToDate.toISOString()}. Renew it`;
  if (certificate.validFromDate > now) {
    return (
      `is not valid before ${certificate.validFromDate.toISOString()}. ` +
      "Check the clocks of this machine and of its issuer"
    );
  }
  return undefined;
}
