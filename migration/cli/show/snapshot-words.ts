import type { InspectedSnapshot } from "../../snapshot/file/inspect-snapshot.ts";
import { counted } from "../../wording/counted.ts";
import { describeDuration } from "../../wording/describe-amount.ts";

/** `1,234 keys at revision 5678, etcd 3.5`, or `NOT USABLE: is empty`. */
export function describeInspected(inspected: InspectedSnapshot): string {
  if (!inspected.isUsable) return `NOT USABLE: it ${inspected.detail}`;
  const { keys, revision, etcdVersion, hasChecksum } = inspected;
  const version = etcdVersion === undefined ? [] : [`etcd ${etcdVersion}`];
  const unchecked = hasChecksum ? [] : ["without a checksum: damage within keys and values goes unnoticed"];
  return [`${counted(keys, "key")} at revision ${revision.toString()}`, ...version, ...unchecked].join(", ");
}

/** The same for programs. */
export function documentOfInspected(inspected: InspectedSnapshot): Record<string, unknown> {
  if (!inspected.isUsable) {
    const { problem, detail, remedy } = inspected;
    return { usable: false, problem, reason: `it ${detail}`, remedy };
  }
  const { revision, keys, etcdVersion, sha256, hasChecksum } = inspected;
  return { usable: true, revision: revision.toString(), keys, etcdVersion: etcdVersion ?? null, sha256, hasChecksum };
}

const secondsOfDay = 24 * 60 * 60;

/** `3 min 20 s`, `2 h 5 min`, `4 days`; of a clock that goes wrong `0.0 s`. */
export function describeAge(since: Date, now: Date): string {
  const seconds = ageSeconds(since, now);
  return seconds < 2 * secondsOfDay ? describeDuration(seconds) : counted(Math.floor(seconds / secondsOfDay), "day");
}

export function ageSeconds(since: Date, now: Date): number {
  return Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
}
