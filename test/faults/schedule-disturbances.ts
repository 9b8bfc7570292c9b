import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterMember } from "../etcd-cluster.ts";
import type { Fault } from "../tcp-proxy.ts";
import type { ScheduledFault, ScheduledKind, SchedulePlan } from "./schedule-plan.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { Side, Testbed } from "./testbed.ts";
import { WriteRecord } from "./write-record.ts";

export type FiredFaults = Partial<Record<ScheduledKind, number>>;

/** About how many bytes a run carries, of which a fault has its share before it fires. */
export interface Traffic {
  readonly fromSource: number;
  readonly toDestination: number;
}

/** What happens to the two etcds and to the copier, and the count of what really has. */
export class Disturbances {
  readonly fired: FiredFaults = {};
  /** What another program wrote to the destination. */
  foreignRecord = new WriteRecord();
  readonly #testbed: Testbed;
  readonly #plan: SchedulePlan;
  readonly #source: Side;
  readonly #destination: Side;
  readonly #random: SeededRandom;
  /** Restarts and foreign writes under way. */
  #pending: Promise<void>[] = [];
  #before: Record<string, number> = {};

  constructor(testbed: Testbed, plan: SchedulePlan) {
    this.#testbed = testbed;
    this.#plan = plan;
    this.#source = testbed.source;
    this.#destination = testbed.destinations[plan.destination];
    this.#random = new SeededRandom(plan.seed ^ 0x27d4eb2f);
  }

  /** Keys of the destination's own, from before the first run. */
  async writeForeignBefore(): Promise<void> {
    const { beside, foreignBefore } = this.#plan;
    const foreign = beside.map(({ key }) => ({ key, value: Buffer.from("the destination's own") }));
    for (const { key, value } of foreignBefore === undefined ? foreign : [...foreign, foreignBefore]) {
      this.foreignRecord.add(await this.#destination.gateway.put(key, value), key, value);
    }
  }

  /** For the run that follows. */
  async arm(faults: readonly ScheduledFault[], traffic: Traffic): Promise<void> {
    this.#before = this.#countProxyFaults();
    const { cluster } = this.#destination;
    const leader =
      this.#plan.destination === "cluster" && faults.length > 0 ? await cluster.leader() : cluster.members[0];
    for (const fault of faults) this.#arm(fault, leader, traffic);
  }

  /** What was armed and has not fired is disarmed, stalls end, killed members are back; the rest is counted. */
  async settle(): Promise<void> {
    const wasPending = () => this.#pending.length > 0;
    for (const { proxies } of [this.#source, this.#destination]) for (const proxy of proxies) proxy.heal();
    while (wasPending()) {
      await Promise.all(this.#pending.splice(0));
    }
    const now = this.#countProxyFaults();
    for (const [kind, count] of Object.entries(now)) {
      this.#count(kind as ScheduledKind, count - (this.#before[kind] ?? 0));
    }
    this.#before = now;
  }

  #arm(fault: ScheduledFault, leader: ClusterMember | undefined, traffic: Traffic): void {
    const side = fault.side === "source" ? this.#source : this.#destination;
    const after: Fault["after"] =
      fault.side === "source"
        ? { bytesToClient: 1 + Math.floor(fault.share * traffic.fromSource) }
        : { bytesToServer: 1 + Math.floor(fault.share * traffic.toDestination) };
    for (const proxy of side.proxies) {
      switch (fault.kind) {
        case "drop-request":
        case "drop-reply":
        case "stall":
        case "reset":
          proxy.arm({ kind: fault.kind, after, milliseconds: fault.milliseconds });
          break;
        case "kill-copier":
        case "kill-source":
        case "kill-destination":
        case "pause-destination":
        case "compact-source":
        case "foreign-write": {
          const { kind } = fault;
          proxy.when(after, () => {
            const disturbing = this.#disturb(kind, fault, leader);
            // It is awaited when the run has ended; until then its failure must not be an unhandled one.
            disturbing.catch(() => undefined);
            this.#pending.push(disturbing);
          });
        }
      }
    }
  }

  async #disturb(
    kind: Exclude<ScheduledKind, Fault["kind"]>,
    { milliseconds }: ScheduledFault,
    leader: ClusterMember | undefined,
  ): Promise<void> {
    const [sourceMember] = this.#source.cluster.members;
    switch (kind) {
      case "kill-copier":
        this.#count(kind, 1);
        this.#testbed.copier.kill();
        return;
      case "kill-source":
        return this.#killAndRestart(kind, sourceMember, milliseconds);
      case "kill-destination":
        return this.#killAndRestart(kind, leader, milliseconds);
      case "pause-destination":
        if (leader?.runs === true) {
          this.#count(kind, 1);
          leader.pause();
          await sleep(milliseconds);
          leader.resume();
        }
        return;
      case "compact-source":
        return this.#compactSource();
      case "foreign-write":
        return this.#writeForeign();
    }
  }

  async #killAndRestart(kind: ScheduledKind, member: ClusterMember | undefined, milliseconds: number): Promise<void> {
    if (member?.runs !== true) {
      return;
    }
    this.#count(kind, 1);
    await member.kill();
    await sleep(milliseconds);
    await member.restart();
  }

  async #compactSource(): Promise<void> {
    try {
      await this.#source.gateway.compact(await this.#source.gateway.revision());
      this.#count("compact-source", 1);
    } catch {
      // The source is down, or was compacted there already.
    }
  }

  /** What another program may do to the destination at any time: a new key, another value, a deletion. */
  async #writeForeign(): Promise<void> {
    const { prefix, entries } = this.#plan;
    const key = this.#random.chance(0.3)
      ? Buffer.concat([prefix, Buffer.from("foreign")])
      : this.#random.pick(entries).key;
    const value = this.#random.chance(0.7)
      ? Buffer.from(`another program's ${this.#random.whole(0, 1_000_000)}`)
      : undefined;
    const { gateway } = this.#destination;
    try {
      const revision = value === undefined ? await gateway.delete(key) : await gateway.put(key, value);
      this.foreignRecord.add(revision, key, value);
    } catch {
      this.foreignRecord.addUncertain(key, value);
    }
    this.#count("foreign-write", 1);
  }

  #countProxyFaults(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { fired } of [...this.#source.proxies, ...this.#destination.proxies]) {
      for (const [kind, count] of Object.entries(fired)) counts[kind] = (counts[kind] ?? 0) + count;
    }
    return counts;
  }

  #count(kind: ScheduledKind, count: number): void {
    if (count > 0) {
      this.fired[kind] = (this.fired[kind] ?? 0) + count;
    }
  }
}
