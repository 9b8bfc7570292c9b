import type { AskedMember } from "../members/asked-member.ts";
import { quotaOf } from "../members/member-settings.ts";

/** How much of a member's database file there is, and of its quota. */
export interface DatabaseUse {
  readonly pod: string;
  readonly bytes: number;
  /** As far as is known all of it, where etcd (before 3.4) does not tell. */
  readonly bytesInUse: number;
  /** What a defragmentation would give back; 0 where that is not told. */
  readonly unusedBytes: number;
  /** Infinity where it is switched off. */
  readonly quotaBytes: number;
}

/** Of those that answer. */
export function databaseUses(members: readonly AskedMember[]): DatabaseUse[] {
  return members.flatMap((each) => {
    if (each.kind !== "answers") return [];
    const { bytes, bytesInUse = bytes, quotaBytes = quotaOf(each.object) } = each.view.database;
    return [{ pod: each.pod, bytes, bytesInUse, unusedBytes: Math.max(0, bytes - bytesInUse), quotaBytes }];
  });
}

/** The one that is nearest to its quota. */
export function fullestOf(uses: readonly DatabaseUse[]): DatabaseUse | undefined {
  return uses.reduce<DatabaseUse | undefined>(
    (fullest, each) => (fullest === undefined || shareOf(each) > shareOf(fullest) ? each : fullest),
    undefined,
  );
}

/** Of the quota, what the file takes: a put is refused from 1 on. */
export function shareOf({ bytes, quotaBytes }: DatabaseUse): number {
  return bytes / quotaBytes;
}
