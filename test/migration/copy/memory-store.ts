import type {
  CreateOutcome,
  KeyAtRevision,
  KeyValue,
  RangePage,
  RangeRequest,
  StoredKeyValue,
  StoreStatus,
} from "../../../migration/copy/store/key-value-store.ts";
import { isInRange } from "../../../migration/copy/store/key-range.ts";
import type { OpenStore } from "../../../migration/connect/open-store.ts";

/** An etcd in memory, with revisions, for tests of what uses one. A method can be replaced to fail. */
export class MemoryStore implements OpenStore {
  readonly description: string;
  readonly clusterId: string;
  closed = false;
  databaseBytes = 20_480;
  /** The state after each revision; the first one is 1 and empty. */
  private readonly history: Map<string, StoredKeyValue>[] = [
    new Map<string, StoredKeyValue>(),
    new Map<string, StoredKeyValue>(),
  ];

  constructor(description: string, clusterId: string, entries: Readonly<Record<string, string>> = {}) {
    this.description = description;
    this.clusterId = clusterId;
    for (const [key, value] of Object.entries(entries)) this.put(key, value);
  }

  put(key: string, value: string): void {
    const revision = BigInt(this.history.length);
    const state = new Map(this.latest());
    const createRevision = state.get(key)?.createRevision ?? revision;
    const bytes = { key: Buffer.from(key), value: Buffer.from(value) };
    state.set(key, { ...bytes, createRevision, modRevision: revision, lease: 0n });
    this.history.push(state);
  }

  remove(key: string): void {
    const state = new Map(this.latest());
    state.delete(key);
    this.history.push(state);
  }

  entries(): Record<string, string> {
    return Object.fromEntries([...this.latest()].map(([key, { value }]) => [key, value.toString()]));
  }

  status(): Promise<StoreStatus> {
    return Promise.resolve({
      clusterId: this.clusterId,
      revision: this.revision(),
      version: "3.4.23",
      databaseBytes: this.databaseBytes,
    });
  }

  range(request: RangeRequest): Promise<RangePage> {
    const state = this.history[Number(request.revision ?? this.revision())] ?? new Map<string, StoredKeyValue>();
    const inRange = [...state.values()]
      .filter(({ key }) => isInRange(request, key))
      .sort((one, other) => one.key.compare(other.key));
    const limit = request.limit === undefined || request.limit === 0 ? inRange.length : request.limit;
    const asked = inRange.filter(({ modRevision }) => modRevision >= (request.minModRevision ?? 0n));
    const shown = request.countOnly === true ? [] : asked.slice(0, limit);
    const entries = request.keysOnly === true ? shown.map((each) => ({ ...each, value: Buffer.alloc(0) })) : shown;
    const more = request.countOnly !== true && asked.length > shown.length;
    return Promise.resolve({ entries, more, count: inRange.length, revision: this.revision() });
  }

  createAll(entries: readonly KeyValue[]): Promise<CreateOutcome> {
    const existing = entries.flatMap(({ key }) => this.latest().get(key.toString()) ?? []);
    if (existing.length > 0) return Promise.resolve({ created: false, existing });
    const revision = BigInt(this.history.length);
    const state = new Map(this.latest());
    for (const { key, value } of entries) {
      state.set(key.toString(), { key, value, createRevision: revision, modRevision: revision, lease: 0n });
    }
    this.history.push(state);
    return Promise.resolve({ created: true, revision });
  }

  deleteUnchanged(keys: readonly KeyAtRevision[]): Promise<number> {
    const state = new Map(this.latest());
    const unchanged = keys.filter(({ key, modRevision }) => state.get(key.toString())?.modRevision === modRevision);
    for (const { key } of unchanged) state.delete(key.toString());
    this.history.push(state);
    return Promise.resolve(unchanged.length);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as an etcd's
  async *snapshot(): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.from(JSON.stringify(this.entries()));
  }

  disconnect(): void {
    this.closed = true;
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  private revision(): bigint {
    return BigInt(this.history.length - 1);
  }

  private latest(): Map<string, StoredKeyValue> {
    return this.history.at(-1) ?? new Map<string, StoredKeyValue>();
  }
}
