import { setTimeout as sleep } from "node:timers/promises";
import { batchesOf } from "../../migration/copy/write/batches.ts";
import type { KeyValue } from "../../migration/copy/store/key-value-store.ts";
import type { EtcdGateway } from "./etcd-gateway.ts";
import type { SchedulePlan } from "./schedule-plan.ts";
import { SeededRandom } from "./seeded-random.ts";
import { nameOf, WriteRecord } from "./write-record.ts";

/** The program whose state is copied: it writes, and every write is on record. */
export class ScheduleSource {
  readonly record = new WriteRecord();
  readonly #gateway: EtcdGateway;
  readonly #plan: SchedulePlan;
  readonly #random: SeededRandom;
  #start = 0n;

  constructor(gateway: EtcdGateway, plan: SchedulePlan) {
    this.#gateway = gateway;
    this.#plan = plan;
    this.#random = new SeededRandom(plan.seed ^ 0x5bd1e995);
  }

  /** The source's revision before the first write. */
  get start(): bigint {
    return this.#start;
  }

  async fill(): Promise<void> {
    this.#start = await this.#gateway.revision();
    await this.#putAll([...this.#plan.entries, ...this.#plan.beside]);
  }

  /** One write after the other until told to stop; the source may be killed meanwhile. */
  async writeUntil(stopped: AbortSignal): Promise<void> {
    const { prefix, entries } = this.#plan;
    for (let index = 0; !stopped.aborted; index += 1) {
      const isNew = this.#random.chance(0.2);
      const key = isNew ? Buffer.concat([prefix, Buffer.from(`zz-${index}`)]) : this.#random.pick(entries).key;
      const value = isNew || this.#random.chance(0.7) ? this.#random.bytes(this.#random.whole(0, 100)) : undefined;
      try {
        if (value === undefined) {
          await this.#deleteOne(key);
        } else {
          this.record.add(await this.#gateway.put(key, value), key, value);
        }
      } catch {
        this.record.addUncertain(key, value);
      }
      await sleep(this.#random.whole(0, 8));
    }
  }

  /** Overwrites, deletes, deletes and creates anew, creates: about this share of the keys, in a few transactions. */
  async change(share: number): Promise<void> {
    const { prefix } = this.#plan;
    const kinds: Record<"put" | "delete" | "renew", Buffer[]> = { put: [], delete: [], renew: [] };
    for (const name of this.record.stateAt(await this.#gateway.revision()).keys()) {
      // Of a key whose last write failed it is not known whether it is there to be deleted.
      if (name.startsWith(nameOf(prefix)) && !this.record.uncertain.has(name) && this.#random.chance(share)) {
        kinds[this.#random.pick(["put", "put", "delete", "renew"] as const)].push(Buffer.from(name, "latin1"));
      }
    }
    const added = Array.from({ length: this.#random.whole(0, Math.ceil(100 * share)) }, (_, index) =>
      Buffer.concat([prefix, Buffer.from(`yy-${index}`)]),
    );
    await this.#deleteAll([...kinds.delete, ...kinds.renew]);
    await this.#putAll([...kinds.put, ...kinds.renew, ...added].map((key) => ({ key, value: this.#newValue() })));
  }

  #newValue(): Buffer {
    return this.#random.bytes(this.#random.whole(0, 300));
  }

  async #putAll(entries: readonly KeyValue[]): Promise<void> {
    for (const batch of batchesOf(entries)) {
      const revision = await this.#gateway.putAll(batch);
      for (const { key, value } of batch) this.record.add(revision, key, value);
    }
  }

  async #deleteAll(keys: readonly Buffer[]): Promise<void> {
    for (const batch of batchesOf(keys.map((key) => ({ key, value: Buffer.alloc(0) })))) {
      const revision = await this.#gateway.deleteAll(batch.map(({ key }) => key));
      for (const { key } of batch) this.record.add(revision, key, undefined);
    }
  }

  /** A deletion of nothing makes no revision, and must not count as one. */
  async #deleteOne(key: Buffer): Promise<void> {
    const before = await this.#gateway.revision();
    const revision = await this.#gateway.delete(key);
    if (revision > before) {
      this.record.add(revision, key, undefined);
    }
  }
}
