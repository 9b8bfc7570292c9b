import { counted } from "../wording/counted.ts";
import { createHash } from "node:crypto";

export const digestBytes = 32;
/** etcd's database is made of such blocks: what is left over is the digest. So `etcdctl snapshot restore` tells it, too. */
const blockBytes = 512;

export function endsWithDigest(bytes: number): boolean {
  return bytes % blockBytes === digestBytes;
}

/** Checks a snapshot while it passes by: its last 32 bytes are to be the SHA-256 of all before them. */
export class SnapshotTrailer {
  readonly #hash = createHash("sha256");
  #last = Buffer.alloc(0);
  #bytes = 0;

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    const unhashed = Buffer.concat([this.#last, piece]);
    const end = Math.max(unhashed.length - digestBytes, 0);
    this.#hash.update(unhashed.subarray(0, end));
    this.#last = Buffer.from(unhashed.subarray(end));
  }

  /** What is wrong with all that was added; undefined when nothing is. To be asked once, at the end. */
  problem(): string | undefined {
    if (this.#bytes === 0) return "it is empty";
    if (this.#bytes <= digestBytes || !endsWithDigest(this.#bytes)) {
      return `it ends before its checksum (after ${counted(this.#bytes, "byte")})`;
    }
    return this.#hash.digest().equals(this.#last) ? undefined : "its checksum is not that of its contents";
  }
}
