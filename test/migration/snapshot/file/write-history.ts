import type { EtcdProcess } from "../../../etcd-process.ts";
import { seed } from "../../copy/copy-scene.ts";

export interface HistoryOptions {
  /** Keys that are written first. */
  readonly keys: number;
  readonly valueBytes?: number;
}

/**
 * Gives an etcd what a store that lives has: keys that were rewritten, deleted, and written again, some in one transaction; values
 * larger than a page, and empty ones; keys that are no text; leases; and a compaction in the midst of it.
 */
export async function writeHistory(
  { client, store }: EtcdProcess,
  { keys, valueBytes = 100 }: HistoryOptions,
): Promise<void> {
  const names = Array.from({ length: keys }, (_, index) => `/history/${(index * 7919) % keys}`);
  const all = names.map((name, index) => ({
    key: Buffer.from(name),
    value: Buffer.alloc(valueBytes, `value ${index} `),
  }));
  await seed(store, all);
  const every = (nth: number) => names.filter((_, index) => index % nth === 0);
  for (const group of groups(every(5)))
    await transaction(
      client,
      group.map((name) => puts(name, `rewritten ${name}`)),
    );
  for (const group of groups(every(7))) await transaction(client, group.map(deletes));
  const { revision } = await store.status();
  await client.kv.compact({ revision: revision.toString(), physical: true });
  for (const group of groups(every(11)))
    await transaction(
      client,
      group.map((name) => puts(name, `again ${name}`)),
    );
  for (const group of groups(every(13))) await transaction(client, group.map(deletes));
  await client.put("/history/large").value(Buffer.alloc(300_000, "large "));
  await client.put("/history/large").value(Buffer.alloc(200_000, "less "));
  await client.put("/history/empty").value("");
  await client.put(Buffer.from([0x2f, 0, 0xff, 0xfe])).value(Buffer.from([0, 1, 2, 0xff]));
  for (const ttl of [600, 7200]) {
    const { ID } = await client.leaseClient.leaseGrant({ TTL: ttl });
    await client.kv.put({ key: Buffer.from(`/history/leased-${ttl}`), value: Buffer.from("leased"), lease: ID });
  }
}

type Client = EtcdProcess["client"];

/** As etcd3 takes them, which its types don't say. */
type Operation = Readonly<Record<string, Readonly<Record<string, Buffer>>>>;

function puts(name: string, value: string): Operation {
  return { request_put: { key: Buffer.from(name), value: Buffer.from(value) } };
}

function deletes(name: string): Operation {
  return { request_delete_range: { key: Buffer.from(name) } };
}

async function transaction(client: Client, success: readonly Operation[]): Promise<void> {
  await client.kv.txn({ compare: [], success: [...success], failure: [] } as Parameters<Client["kv"]["txn"]>[0]);
}

function groups<T>(all: readonly T[], size = 100): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
