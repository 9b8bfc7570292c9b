import type { CopierFailure, CopierSuccess, RunOutcome } from "./copier-process.ts";
import { checkClaim, checkHarmless, type KnownStores, type RunBounds } from "./independent-checker.ts";
import { Disturbances, type FiredFaults, type Traffic } from "./schedule-disturbances.ts";
import type { SchedulePlan } from "./schedule-plan.ts";
import { ScheduleSource } from "./schedule-source.ts";
import type { Side, Testbed } from "./testbed.ts";
import { WriteRecord } from "./write-record.ts";

export interface ScheduleResult {
  /**
   * - `verified`: the last run claimed success, and so did the independent checker
   * - `refused`: the last run refused for a reason the schedule gave it, and did no harm
   * - `false-success`: a success was claimed that is none, or a run did harm
   * - `failed`: a run hung, broke, or failed though nothing was in its way any more
   */
  readonly outcome: "verified" | "refused" | "false-success" | "failed";
  /** Whether a second pass followed a verified first one; the outcome is then the second one's. */
  readonly twoPasses: boolean;
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
    return await schedule.runAll();
  } finally {
    await schedule.cleanUp();
  }
}

/** One copy, and the reruns that it takes. */
interface Pass {
  readonly runs: SchedulePlan["runs"];
  /** The verified pass before it, of which it carries only the changes. */
  readonly first: CopierSuccess | undefined;
  /** In how many of its runs the source is written to. */
  readonly runsWithWrites: number;
  readonly traffic: Traffic;
}

interface PassResult {
  readonly outcome: ScheduleResult["outcome"];
  /** What was claimed, and found to be true. */
  readonly claim?: CopierSuccess;
}

class Schedule {
  readonly #log: string[] = [];
  readonly #testbed: Testbed;
  readonly #plan: SchedulePlan;
  readonly #source: Side;
  readonly #destination: Side;
  readonly #writer: ScheduleSource;
  readonly #disturbances: Disturbances;
  #mayEmpty: boolean;

  constructor(testbed: Testbed, plan: SchedulePlan) {
    this.#testbed = testbed;
    this.#plan = plan;
    this.#source = testbed.source;
    this.#destination = testbed.destinations[plan.destination];
    this.#writer = new ScheduleSource(testbed.source.gateway, plan);
    this.#disturbances = new Disturbances(testbed, plan);
    this.#mayEmpty = plan.emptiesDestination;
  }

  async prepare(): Promise<void> {
    await this.#writer.fill();
    await this.#disturbances.writeForeignBefore();
  }

  async runAll(): Promise<ScheduleResult> {
    const { runs, sourceWrites, secondPass } = this.#plan;
    // A first pass of two is made beside a source at work, to its end; a single one has to succeed once that is silent.
    const runsWithWrites = secondPass !== undefined ? Infinity : sourceWrites ? runs.length : 0;
    const first = await this.#runPass({ runs, first: undefined, runsWithWrites, traffic: this.#trafficOfState() });
    if (secondPass === undefined || first.claim === undefined) {
      return this.#result(first, false);
    }
    await this.#writer.change(secondPass.changedShare);
    const changed = this.#writer.record.changedSince(first.claim.sourceRevision);
    this.#log.push(`second pass: ${changed.size} keys changed since revision ${first.claim.sourceRevision.toString()}`);
    const second = await this.#runPass({
      ...{ runs: secondPass.runs, first: first.claim, runsWithWrites: 0 },
      traffic: this.#trafficOfChanges(changed),
    });
    return this.#result(second, true);
  }

  /** Whatever the schedule left behind is gone, and all members serve. */
  async cleanUp(): Promise<void> {
    await this.#disturbances.settle();
    await Promise.all([this.#source.gateway.deleteEverything(), this.#destination.gateway.deleteEverything()]);
  }

  #result({ outcome }: PassResult, twoPasses: boolean): ScheduleResult {
    return { outcome, twoPasses, fired: this.#disturbances.fired, log: this.#log };
  }

  async #runPass(pass: Pass): Promise<PassResult> {
    const { runs } = pass;
    for (let index = 0; index < runs.length + MOST_CLEAN_RUNS; index += 1) {
      const bounds = await this.#revisions();
      const outcome = await this.#run(pass, index);
      if (!(await this.#isTrueAndHarmless(outcome, bounds, index))) {
        return { outcome: "false-success" };
      }
      if (outcome === "hung" || isBroken(outcome)) {
        return { outcome: "failed" };
      }
      if (outcome !== "killed" && outcome.success) {
        return { outcome: "verified", claim: outcome };
      }
      if (outcome !== "killed" && isRefusal(outcome)) {
        if (!this.#hasReasonToRefuse(pass)) {
          return { outcome: "failed" };
        }
        if (index >= runs.length - 1) {
          if (!this.#mayEmpty) {
            return { outcome: "refused" };
          }
          this.#mayEmpty = false;
          await this.#emptyDestination();
        }
      }
    }
    return { outcome: "failed" };
  }

  async #run({ runs, first, runsWithWrites, traffic }: Pass, index: number): Promise<RunOutcome> {
    await this.#disturbances.arm(runs[index] ?? [], traffic);
    const writing = new AbortController();
    const writes = index < runsWithWrites ? this.#writer.writeUntil(writing.signal) : undefined;
    const outcome = await this.#testbed.copier.run(
      {
        ...{ source: this.#source.target, destination: this.#destination.target, prefix: this.#plan.prefix },
        ...(first === undefined ? {} : { first }),
      },
      MOST_MILLISECONDS,
    );
    writing.abort();
    await writes;
    await this.#disturbances.settle();
    return outcome;
  }

  async #isTrueAndHarmless(outcome: RunOutcome, bounds: RunBounds, index: number): Promise<boolean> {
    const problems = await checkHarmless(this.#known());
    if (typeof outcome === "object" && outcome.success) {
      problems.push(...(await checkClaim(this.#known(), outcome, bounds)));
    }
    this.#log.push(
      `run ${index + 1}: ${describe(outcome)}`,
      ...problems.slice(0, 5).map((problem) => `  WRONG: ${problem}`),
    );
    return problems.length === 0;
  }

  /** A copy of everything, and a handshake. */
  #trafficOfState(): Traffic {
    const { entries } = this.#plan;
    const size = (overhead: number) =>
      entries.reduce((sum, { key, value }) => sum + key.length + value.length + overhead, 3_000);
    return { fromSource: 2 * size(40), toDestination: size(100) };
  }

  /** The names of all keys, the values of those that changed. */
  #trafficOfChanges(changed: ReadonlyMap<string, Buffer | undefined>): Traffic {
    const names = this.#plan.entries.reduce((sum, { key }) => sum + key.length + 40, 3_000);
    const sizes = [...changed].map(([name, value]) => name.length + (value?.length ?? 0));
    const size = (overhead: number) => sizes.reduce((sum, each) => sum + each + overhead, 0);
    return { fromSource: names + size(40), toDestination: 3_000 + size(150) };
  }

  async #emptyDestination(): Promise<void> {
    await this.#destination.gateway.deleteEverything();
    this.#disturbances.foreignRecord = new WriteRecord();
    this.#log.push("the destination was emptied");
  }

  /** A source that changed between two runs leaves keys that are out of date; in a second pass only another program does. */
  #hasReasonToRefuse({ first }: Pass): boolean {
    const { foreignBefore, sourceWrites } = this.#plan;
    const wroteForeign = (this.#disturbances.fired["foreign-write"] ?? 0) > 0;
    return wroteForeign || (first === undefined && (foreignBefore !== undefined || sourceWrites));
  }

  #known(): KnownStores {
    return {
      source: this.#source.cluster,
      destination: this.#destination.cluster,
      prefix: this.#plan.prefix,
      sourceRecord: this.#writer.record,
      foreignRecord: this.#disturbances.foreignRecord,
      sourceStart: this.#writer.start,
    };
  }

  async #revisions(): Promise<RunBounds> {
    return { source: await this.#source.gateway.revision(), destination: await this.#destination.gateway.revision() };
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
