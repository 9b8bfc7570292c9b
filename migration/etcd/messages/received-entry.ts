import type { EntryPlace, StoredKeyValue } from "../../copy/store/key-value-store.ts";

/** A key and its value as they lie in etcd's answer. The answer is held as long as any of its entries is. */
export class ReceivedEntry implements StoredKeyValue, EntryPlace {
  readonly buffer: Buffer;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  createRevision = 0n;
  modRevision = 0n;
  lease = 0n;

  constructor(answer: Buffer) {
    this.buffer = answer;
  }

  get place(): EntryPlace {
    return this;
  }

  get key(): Buffer {
    return this.buffer.subarray(this.keyStart, this.keyEnd);
  }

  get value(): Buffer {
    return this.buffer.subarray(this.valueStart, this.valueEnd);
  }
}
