import type { KeyValue } from "../../migration/copy/store/key-value-store.ts";
import { FAULT_KINDS, type FaultKind } from "../tcp-proxy.ts";
import { SeededRandom } from "./seeded-random.ts";

export type ProcessFaultKind =
  | "kill-copier"
  | "kill-source"
  | "kill-destination"
  | "pause-destination"
  | "compact-source"
  | "foreign-write";

export type ScheduledKind = FaultKind | ProcessFaultKind;

export interface ScheduledFault {
  readonly kind: ScheduledKind;
  readonly side: "source" | "destination";
  /** Fires when the side's proxies have carried about this share of what a copy carries. */
  readonly share: number;
  /** How long a stall, a pause or the time until a restart lasts. */
  readonly milliseconds: number;
}

export interface SchedulePlan {
  readonly seed: number;
  readonly prefix: Buffer;
  readonly entries: readonly KeyValue[];
  /** Keys that sort just before or after those of the prefix. */
  readonly beside: readonly KeyValue[];
  readonly destination: "single" | "cluster";
  /** Whether the source is written to while it is copied. */
  readonly sourceWrites: boolean;
  /** What a foreign key holds before the first run, if there is one. */
  readonly foreignBefore: KeyValue | undefined;
  /** The faults of each run; a run beyond them has none. */
  readonly runs: readonly (readonly ScheduledFault[])[];
  /** Whether a refusal for what stands in the destination is answered by emptying it and copying again. */
  readonly emptiesDestination: boolean;
  /** What follows once the first pass is verified, if anything does: the source changes, falls silent, and is caught up with. */
  readonly secondPass: SecondPassPlan | undefined;
}

export interface SecondPassPlan {
  /** How much of the state changes between the passes, beside what was written during the first one. */
  readonly changedShare: number;
  /** As for the first pass. */
  readonly runs: SchedulePlan["runs"];
}

/** One seed, one plan. */
export function planSchedule(seed: number): SchedulePlan {
  const random = new SeededRandom(seed);
  const prefix = planPrefix(seed, random);
  const entries = planEntries(prefix, random);
  const destination: SchedulePlan["destination"] = random.chance(0.3) ? "cluster" : "single";
  const common = {
    ...{ seed, prefix, entries, destination },
    runs: planRuns(random.whole(1, 3), random, destination),
    beside: planBeside(prefix, random),
    foreignBefore: random.chance(0.08) ? planForeign(prefix, entries, random) : undefined,
  };
  if (random.chance(TWO_PASSES)) {
    // The first pass is one beside a source at work; what a refused one left is in the way of the second.
    const secondPass = planSecondPass(random, destination);
    return { ...common, sourceWrites: true, emptiesDestination: true, secondPass };
  }
  const [sourceWrites, emptiesDestination] = [random.chance(0.4), random.chance(0.6)];
  return { ...common, sourceWrites, emptiesDestination, secondPass: undefined };
}

/** How many of the schedules; nearly all of them come to their second pass. */
const TWO_PASSES = 1 / 3;

function planSecondPass(random: SeededRandom, destination: SchedulePlan["destination"]): SecondPassPlan {
  const changedShare = random.chance(0.1) ? 0 : 0.5 * random.fraction();
  return { changedShare, runs: planRuns(random.whole(1, 2), random, destination) };
}

function planRuns(count: number, random: SeededRandom, destination: SchedulePlan["destination"]): ScheduledFault[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: random.whole(1, 3) }, () => planFault(random, destination)),
  );
}

function planPrefix(seed: number, random: SeededRandom): Buffer {
  const endings = [
    Buffer.from("/"),
    Buffer.from(""),
    Buffer.of(0xff),
    Buffer.of(0x2f, 0xff, 0xff),
    Buffer.of(0x80, 0x00),
  ];
  return Buffer.concat([Buffer.from(`/state-${seed}`), random.pick(endings)]);
}

const ODD_NAMES = ["", "__proto__", "constructor", "toString", "\0", "\0\0", "a\nb", "ä€𝄞", "%00", "\\", "'; --", " "];

function planEntries(prefix: Buffer, random: SeededRandom): KeyValue[] {
  const count = random.chance(0.08) ? random.whole(600, 2_500) : random.whole(1, 400);
  const largest = random.pick([0, 8, 64, 256, 256, 1_024, 4_096]);
  const entries = new Map<string, KeyValue>();
  const add = (name: Buffer, value: Buffer) => {
    entries.set(name.toString("latin1"), { key: Buffer.concat([prefix, name]), value });
  };
  for (let index = 0; index < count; index += 1) {
    add(planName(index, random), random.bytes(random.whole(0, largest)));
  }
  if (random.chance(0.1)) {
    add(Buffer.from("large"), random.bytes(random.whole(50_000, 300_000)));
  }
  return [...entries.values()].sort((one, other) => one.key.compare(other.key));
}

function planName(index: number, random: SeededRandom): Buffer {
  if (random.chance(0.05)) {
    return Buffer.from(random.pick(ODD_NAMES));
  }
  return random.chance(0.1) ? random.bytes(random.whole(1, 40)) : Buffer.from(`volume-${index}`);
}

function planBeside(prefix: Buffer, random: SeededRandom): KeyValue[] {
  const before = Buffer.concat([prefix.subarray(0, -1), Buffer.of((prefix.at(-1) ?? 1) - 1), Buffer.of(0xff)]);
  return [
    { key: prefix.at(-1) === 0 ? Buffer.from("!") : before, value: random.bytes(5) },
    { key: Buffer.from("~after"), value: random.bytes(5) },
    { key: prefix.subarray(0, -1), value: random.bytes(5) },
  ];
}

function planForeign(prefix: Buffer, entries: readonly KeyValue[], random: SeededRandom): KeyValue {
  const key = random.chance(0.5) ? random.pick(entries).key : Buffer.concat([prefix, Buffer.from("foreign")]);
  return { key, value: Buffer.from("not the source's") };
}

/** The reply lost after the commit is what guards are for: it comes more often. */
const KINDS: readonly ScheduledKind[] = [
  ...[...FAULT_KINDS, ...FAULT_KINDS, "drop-reply", "drop-reply", "kill-copier", "kill-copier"],
  ...(["kill-source", "kill-destination", "pause-destination", "compact-source", "foreign-write"] as const),
] as const;

function planFault(random: SeededRandom, destination: SchedulePlan["destination"]): ScheduledFault {
  const kind = random.pick(KINDS);
  const side = sideOf(kind) ?? (random.chance(0.65) ? "destination" : "source");
  const milliseconds =
    kind === "stall" || kind === "pause-destination" ? random.whole(50, 1_500) : random.whole(0, 300);
  const share = random.chance(0.15) ? 0 : random.fraction();
  return { kind: kind === "pause-destination" && destination === "single" ? "stall" : kind, side, share, milliseconds };
}

/** Undefined where the fault can happen on either side. */
function sideOf(kind: ScheduledKind): ScheduledFault["side"] | undefined {
  if (kind === "kill-source" || kind === "compact-source") {
    return "source";
  }
  return kind === "kill-destination" || kind === "pause-destination" || kind === "foreign-write"
    ? "destination"
    : undefined;
}
