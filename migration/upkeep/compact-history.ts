import { describeMembers, servingMembers } from "../members/asked-member.ts";
import { UpkeepRefusedError, type UpkeptEtcd } from "./upkept-etcd.ts";

/** What a compaction came to. */
export interface CompactedHistory {
  /** The revision that the etcd has. */
  readonly revision: bigint;
  /** What keys were before this one is forgotten; undefined where the etcd is younger than what is to be kept. */
  readonly compactedTo: bigint | undefined;
}

/**
 * Has an etcd forget what its keys were, but for as many of the last revisions. What keys are now stays. The room in the database can be
 * used again; only a defragmentation gives it back.
 *
 * @throws UpkeepRefusedError where no member serves.
 */
export async function compactHistory(etcd: UpkeptEtcd, keepRevisions: bigint): Promise<CompactedHistory> {
  const members = await etcd.ask();
  const [first] = servingMembers(members);
  if (first === undefined) {
    throw new UpkeepRefusedError(`Nothing is compacted: no member serves (${describeMembers(members)})`);
  }
  const { revision } = first.view;
  const compactedTo = revision - keepRevisions;
  if (compactedTo < 1n) return { revision, compactedTo: undefined };
  await etcd.at(first.pod, (member) => member.compact(compactedTo));
  return { revision, compactedTo };
}
