import { setTimeout as sleep } from "node:timers/promises";
import { batchesOf } from "../../migration/copy/batches.ts";
import type { ClusterMember } from "../etcd-cluster.ts";
import type { Fault } from "../tcp-proxy.ts";
import type { CopierFailure, RunOutcome } from "./copier-process.ts";
import { checkClaim, checkHarmless, type KnownStores } from "./independent-checker.ts";
import type { ScheduledFault, ScheduledKind, SchedulePlan } from "./schedule-plan.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { Side, Testbed } from "./testbed.ts";
import { WriteRecord } from "./write-record.ts";

export type FiredFaults = Partial<Record<ScheduledKind, number>>;

export interface ScheduleResult {
  /**
   * - `verified`: the last run claimed success, and so did the independent checker
   * - `refused`: the last run refused for a reason the schedule gave it, and did no harm
   * - `false-success`: a success was claimed that is none, or a run did harm
   * - `failed`: a run hung, broke, or failed though nothing was in its way any more
   */
  readonly outcome: "verified" | "refused" | "false-success" | "failed";
  readonly fired: FiredFaults;
  /** How each run ended, and what the checker found. */
  readonly log: readonly string[];
}

/** The promise is an error within 60 s; each wait in the copier is far below. */
const MOST_MILLISECONDS = 60_000;
/** After the faulted runs come ones without faults, of which the first should do. */
const MOST_CLEAN_RUNS = 2;

/** One state, its faults, and reruns as a user would make them, until success or a refusal that stands. */
export async function runSchedule(testbed: Testbed, plan: SchedulePlan): Promise<ScheduleResult> {
  const schedule = new Schedule(testbed, plan);
  await schedule.prepare();
  try {
    const outcome = await schedule.runAll();
    return { outcome, fired: schedule.fired, log: schedule.log };
  } finally {
    await schedule.cleanUp();
  }
}

class Schedule {
  readonly fired: FiredFaults = {};
  readonly log: string[] = [];
  readonly #testbed: Testbed;
  readonly #plan: SchedulePlan;
  readonly #source: Side;
  readonly #destination: Side;
  readonly #random: SeededRandom;
  readonly #sourceRecord = new WriteRecord();
  #foreignRecord = new WriteRecord();
  #sourceStart = 0n;
  /** Restarts and foreign writes under way. */
  #pending: Promise<void>[] = [];

  constructor(testbed: Testbed, plan: SchedulePlan) {
    this.#testbed = testbed;
    this.#plan = plan;
    this.#source = testbed.source;
    this.#destination = testbed.destinations[plan.destination];
    this.#random = new SeededRandom(plan.seed ^ 0x5bd1e995);
  }

  async prepare(): Promise<void> {
    const { entries, beside, foreignBefore } = this.#plan;
    this.#sourceStart = await this.#source.gateway.revision();
    for (const batch of batchesOf([...entries, ...beside])) {
      const revision = await this.#source.gateway.putAll(batch);
      for (const { key, value } of batch) this.#sourceRecord.add(revision, key, value);
    }
    const foreign = beside.map(({ key }) => ({ key, value: Buffer.from("the destination's own") }));
    for (const { key, value } of foreignBefore === undefined ? foreign : [...foreign, foreignBefore]) {
      this.#foreignRecord.add(await this.#destination.gateway.put(key, value), key, value);
    }
  }

  async runAll(): Promise<ScheduleResult["outcome"]> {
    const { runs, emptiesDestination } = this.#plan;
    let mayEmpty = emptiesDestination;
    for (let index = 0; index < runs.length + MOST_CLEAN_RUNS; index += 1) {
      const bounds = await this.#revisions();
      const outcome = await this.#run(runs[index] ?? [], index);
      const harm = await checkHarmless(this.#known());
      if (typeof outcome === "object" && outcome.success) {
        harm.push(...(await checkClaim(this.#known(), outcome, bounds)));
      }
      this.log.push(
        `run ${index + 1}: ${describe(outcome)}`,
        ...harm.slice(0, 5).map((problem) => `  WRONG: ${problem}`),
      );
      if (harm.length > 0) {
        return "false-success";
      }
      if (outcome === "hung" || isBroken(outcome)) {
        return "failed";
      }
      if (outcome !== "killed" && outcome.success) {
        return "verified";
      }
      if (outcome !== "killed" && isRefusal(outcome)) {
        if (!this.#hasReasonToRefuse()) {
          return "failed";
        }
        if (!mayEmpty || index < runs.length - 1) {
          if (index >= runs.length - 1) {
            return "refused";
          }
          continue;
        }
        mayEmpty = false;
        await this.#emptyDestination();
      }
    }
    return "failed";
  }

  /** Whatever the schedule left behind is gone, and all members serve. */
  async cleanUp(): Promise<void> {
    await this.#settle();
    await Promise.all([this.#source.gateway.deleteEverything(), this.#destination.gateway.deleteEverything()]);
  }

  async #run(faults: readonly ScheduledFault[], index: number): Promise<RunOutcome> {
    const { leader } =
      this.#plan.destination === "cluster" && faults.length > 0
        ? { leader: await this.#destination.cluster.leader() }
        : { leader: this.#destination.cluster.members[0] };
    const before = this.#countProxyFaults();
    for (const fault of faults) this.#arm(fault, leader);
    const writing = new AbortController();
    const writes =
      this.#plan.sourceWrites && index < this.#plan.runs.length ? this.#writeToSource(writing.signal) : undefined;
    const outcome = await this.#testbed.copier.run(
      { source: this.#source.target, destination: this.#destination.target, prefix: this.#plan.prefix },
      MOST_MILLISECONDS,
    );
    writing.abort();
    await writes;
    await this.#settle();
    for (const [kind, count] of Object.entries(this.#countProxyFaults())) {
      this.#count(kind as ScheduledKind, count - (before[kind] ?? 0));
    }
    return outcome;
  }

  #arm(fault: ScheduledFault, leader: ClusterMember | undefined): void {
    const side = fault.side === "source" ? this.#source : this.#destination;
    const after = this.#threshold(fault);
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

  /** From the share of a copy's traffic to a number of bytes: about what the state makes, and a handshake. */
  #threshold({ side, share }: ScheduledFault): Fault["after"] {
    const size = (overhead: number) =>
      this.#plan.entries.reduce((sum, { key, value }) => sum + key.length + value.length + overhead, 3_000);
    return side === "source"
      ? { bytesToClient: 1 + Math.floor(share * 2 * size(40)) }
      : { bytesToServer: 1 + Math.floor(share * size(100)) };
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
      this.#foreignRecord.add(revision, key, value);
    } catch {
      this.#foreignRecord.addUncertain(key, value);
    }
    this.#count("foreign-write", 1);
  }

  async #writeToSource(stopped: AbortSignal): Promise<void> {
    const { prefix, entries } = this.#plan;
    for (let index = 0; !stopped.aborted; index += 1) {
      const isNew = this.#random.chance(0.2);
      const key = isNew ? Buffer.concat([prefix, Buffer.from(`zz-${index}`)]) : this.#random.pick(entries).key;
      const value = isNew || this.#random.chance(0.7) ? this.#random.bytes(this.#random.whole(0, 100)) : undefined;
      const { gateway } = this.#source;
      try {
        if (value === undefined) {
          await this.#deleteFromSource(key);
        } else {
          this.#sourceRecord.add(await gateway.put(key, value), key, value);
        }
      } catch {
        this.#sourceRecord.addUncertain(key, value);
      }
      await sleep(this.#random.whole(0, 8));
    }
  }

  /** A deletion of nothing makes no revision, and must not count as one. */
  async #deleteFromSource(key: Buffer): Promise<void> {
    const before = await this.#source.gateway.revision();
    const revision = await this.#source.gateway.delete(key);
    if (revision > before) {
      this.#sourceRecord.add(revision, key, undefined);
    }
  }

  async #emptyDestination(): Promise<void> {
    await this.#destination.gateway.deleteEverything();
    this.#foreignRecord = new WriteRecord();
    this.log.push("the destination was emptied");
  }

  /** What was armed and has not fired is disarmed, stalls end, killed members are back. */
  async #settle(): Promise<void> {
    const sides = [this.#source, this.#destination];
    const wasPending = () => this.#pending.length > 0;
    for (const { proxies } of sides) for (const proxy of proxies) proxy.heal();
    while (wasPending()) {
      await Promise.all(this.#pending.splice(0));
    }
  }

  #hasReasonToRefuse(): boolean {
    const { foreignBefore, sourceWrites } = this.#plan;
    return foreignBefore !== undefined || sourceWrites || (this.fired["foreign-write"] ?? 0) > 0;
  }

  #known(): KnownStores {
    return {
      source: this.#source.cluster,
      destination: this.#destination.cluster,
      prefix: this.#plan.prefix,
      sourceRecord: this.#sourceRecord,
      foreignRecord: this.#foreignRecord,
      sourceStart: this.#sourceStart,
    };
  }

  async #revisions(): Promise<{ source: bigint; destination: bigint }> {
    return { source: await this.#source.gateway.revision(), destination: await this.#destination.gateway.revision() };
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

function describe(outcome: RunOutcome): string {
  if (typeof outcome === "string") {
    return outcome;
  }
  return outcome.success
    ? `success, ${outcome.keys} keys at ${outcome.sourceRevision.toString()}`
    : `${outcome.errors.join(" < ")}: ${outcome.message}`;
}

/** An error that is not one of the engine's own kinds is a defect, whatever caused it. */
function isBroken(outcome: RunOutcome): boolean {
  return (
    typeof outcome === "object" &&
    !outcome.success &&
    !outcome.errors.some((name) => /.Error$/.test(name) && !/^(Type|Range|Reference|Syntax|Assertion)Error$/.test(name))
  );
}

/** Not the network's or a server's trouble: trying again without a change will not help. */
function isRefusal({ errors }: CopierFailure): boolean {
  return !errors.some((name) => name.startsWith("Etcd") || name === "StoreError");
}
