import { counted, describeCount } from "../../wording/counted.ts";
import { describeBytes, describeDuration } from "../../wording/describe-amount.ts";

/** What the engine reports, whatever it is doing, or how far a snapshot's file was read or written. */
export interface Progress {
  readonly phase: "checking" | "copying" | "verifying" | "looking" | FilePhase;
  readonly keysDone: number;
  /** 0 while it is not known. */
  readonly keysTotal: number;
  /** 0 when bytes are not counted. */
  readonly bytesDone: number;
  /** Present where it is known how many bytes there are, and no keys are counted. */
  readonly bytesTotal?: number;
}

type FilePhase = "readingFile" | "findingKeys" | "saving";

export interface ProgressDisplay {
  readonly show: (progress: Progress) => void;
  /** A line that stays, such as what a signal leads to. */
  readonly note: (line: string) => void;
  /** Takes the bar off the terminal. */
  readonly end: () => void;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const LINE_EVERY_MILLISECONDS = 5_000;
const BAR_EVERY_MILLISECONDS = 100;
const MOST_BAR_CELLS = 30;

/** A bar that redraws itself on a terminal; in a log plain lines: one a phase, then one every five seconds. */
export function progressDisplay(
  output: ProgressOutput,
  options: { readonly quiet: boolean; readonly terminal: string | undefined },
  now: () => number = () => performance.now(),
): ProgressDisplay {
  if (options.quiet) {
    return withoutProgress(output);
  }
  return output.isTTY === true && options.terminal !== "dumb" ? bar(output, now) : lines(output, now);
}

function withoutProgress(output: ProgressOutput): ProgressDisplay {
  return { show: () => undefined, note: (line) => output.write(`${line}\n`), end: () => undefined };
}

function lines(output: ProgressOutput, now: () => number): ProgressDisplay {
  const phase = new PhaseClock(now);
  let lastLine = -Infinity;
  return {
    show(progress) {
      const isNew = phase.begin(progress);
      if (isNew || now() - lastLine >= LINE_EVERY_MILLISECONDS) {
        lastLine = now();
        output.write(`${describeProgress(progress, phase.milliseconds)}\n`);
      }
    },
    note: (line) => output.write(`${line}\n`),
    end: () => undefined,
  };
}

const CLEAR_LINE = "\r\u001b[K";

function bar(output: ProgressOutput, now: () => number): ProgressDisplay {
  const phase = new PhaseClock(now);
  let lastDrawn = -Infinity;
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) {
      output.write(CLEAR_LINE);
      isDrawn = false;
    }
  };
  return {
    show(progress) {
      const isNew = phase.begin(progress);
      if (isNew || now() - lastDrawn >= BAR_EVERY_MILLISECONDS) {
        lastDrawn = now();
        // One column less than there is: a full line would wrap and could not be redrawn.
        output.write(CLEAR_LINE + drawBar(progress, phase.milliseconds, (output.columns ?? 80) - 1));
        isDrawn = true;
      }
    },
    note(line) {
      clear();
      output.write(`${line}\n`);
    },
    end: clear,
  };
}

class PhaseClock {
  readonly #now: () => number;
  #phase: string | undefined;
  #began = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get milliseconds(): number {
    return this.#now() - this.#began;
  }

  /** Whether this is the first that is heard of the phase. */
  begin({ phase }: Progress): boolean {
    if (phase === this.#phase) {
      return false;
    }
    this.#phase = phase;
    this.#began = this.#now();
    return true;
  }
}

function drawBar(progress: Progress, milliseconds: number, columns: number): string {
  const text = describeProgress(progress, milliseconds);
  const cells = Math.min(MOST_BAR_CELLS, columns - text.length - 3);
  const { done, total } = amountOf(progress);
  if (total === 0 || cells < 5) {
    return text.slice(0, Math.max(0, columns));
  }
  const full = Math.round(cells * Math.min(1, done / total));
  return `[${"#".repeat(full)}${"-".repeat(cells - full)}] ${text}`;
}

/** Of keys, or of bytes where these are what is counted. */
function amountOf({ keysDone, keysTotal, bytesDone, bytesTotal }: Progress): { done: number; total: number } {
  return bytesTotal === undefined ? { done: keysDone, total: keysTotal } : { done: bytesDone, total: bytesTotal };
}

const PHASE_NAMES: Readonly<Record<Progress["phase"], string>> = {
  checking: "Checking",
  copying: "Copying",
  verifying: "Verifying",
  looking: "Looking",
  readingFile: "Checking the snapshot's file",
  findingKeys: "Finding its keys",
  saving: "Saving",
};

/** Below this a rate is guesswork. */
const RATE_AFTER_MILLISECONDS = 1_000;

/** `Copying: 12,000 of 100,000 keys, 3.0 MiB, 14,000 keys/s, 6 s left`, `Saving: 0.5 GiB of 1.2 GiB, 7.0 s left` */
export function describeProgress(progress: Progress, milliseconds: number): string {
  const { phase, keysDone, keysTotal, bytesDone, bytesTotal } = progress;
  if (bytesTotal !== undefined) {
    const left = milliseconds < RATE_AFTER_MILLISECONDS ? undefined : secondsLeft(bytesDone, bytesTotal, milliseconds);
    const part = `${PHASE_NAMES[phase]}: ${describeBytes(bytesDone)} of ${describeBytes(bytesTotal)}`;
    return left === undefined ? part : `${part}, ${describeDuration(left)} left`;
  }
  const keys =
    keysTotal === 0 ? counted(keysDone, "key") : `${describeCount(keysDone)} of ${counted(keysTotal, "key")}`;
  const parts = [`${PHASE_NAMES[phase]}: ${keys}`];
  if (bytesDone > 0) {
    parts.push(describeBytes(bytesDone));
  }
  if (milliseconds >= RATE_AFTER_MILLISECONDS && keysDone > 0) {
    const keysPerSecond = keysDone / (milliseconds / 1000);
    parts.push(`${describeCount(Math.round(keysPerSecond))} keys/s`);
    if (keysTotal > keysDone) {
      parts.push(`${describeDuration((keysTotal - keysDone) / keysPerSecond)} left`);
    }
  }
  return parts.join(", ");
}

function secondsLeft(done: number, total: number, milliseconds: number): number | undefined {
  return done === 0 || done >= total ? undefined : ((total - done) * milliseconds) / done / 1000;
}
