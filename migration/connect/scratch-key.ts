import { randomUUID } from "node:crypto";
import { keyAfter } from "../copy/store/key-range.ts";
import type { KeyValueStore, StoredKeyValue } from "../copy/store/key-value-store.ts";

/** Outside of every application's keys. */
const scratchPrefix = "/trident-etcd-check/";

/** Tried on an etcd: a key of no use was put, read back and deleted. */
export interface ScratchKeyTrial {
  readonly key: string;
  /** At which it was put. */
  readonly revision: bigint;
}

/** An etcd answers, and does not do what it says. */
export class ScratchKeyError extends Error {
  override readonly name = "ScratchKeyError";

  constructor(key: string, what: string) {
    super(`the scratch key ${key} ${what}`);
  }
}

/**
 * Puts a key of no use, reads it back, deletes it and sees that it is gone, as an etcd's administrator would to see whether it works.
 * The key is outside of every application's, and is deleted whatever comes in between, as far as the etcd lets it.
 *
 * @throws ScratchKeyError, or the store's error.
 */
export async function tryScratchKey(
  store: Pick<KeyValueStore, "createAll" | "range" | "deleteUnchanged">,
): Promise<ScratchKeyTrial> {
  const name = `${scratchPrefix}${randomUUID()}`;
  const key = Buffer.from(name);
  const value = Buffer.from("put, read and deleted by trident-etcd");
  const read = async (): Promise<StoredKeyValue | undefined> =>
    (await store.range({ from: key, to: keyAfter(key) })).entries[0];
  const put = await store.createAll([{ key, value }]);
  if (!put.created) throw new ScratchKeyError(name, "is there already, although nobody knew of it");
  let isRead = false;
  try {
    isRead = (await read())?.value.equals(value) === true;
  } finally {
    await store.deleteUnchanged([{ key, modRevision: put.revision }]);
  }
  if (!isRead) throw new ScratchKeyError(name, "was put, and not read back as it was put");
  if ((await read()) !== undefined) throw new ScratchKeyError(name, "was deleted, and is still there");
  return { key: name, revision: put.revision };
}
