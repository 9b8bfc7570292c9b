import { readFileSync } from "node:fs";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When the process began, in clock ticks since the machine started (field 22 of /proc/PID/stat). */
  startTime: string;
}

export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startTime = readStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether this very process still runs: a zombie does not, and neither does another process with its number. */
export function isAlive(identity: ProcessIdentity): boolean {
  return readStartTime(identity.pid) === identity.startTime;
}

/** Reads what `JSON.stringify` of an identity gave; undefined for anything else. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("pid" in value) || !("startTime" in value)) return undefined;
  const { pid, startTime } = value;
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid <= 1 || typeof startTime !== "string") {
    return undefined;
  }
  return { pid, startTime };
}

/**
 * The start time in a line of /proc/PID/stat; undefined for a zombie. The name in the second field may hold blanks and
 * brackets, so fields are counted from its last bracket.
 */
export function parseStartTime(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

function readStartTime(pid: number): string | undefined {
  try {
    return parseStartTime(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}
