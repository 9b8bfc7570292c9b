import { setTimeout as sleep } from "node:timers/promises";
import { isTransient as isClusterAway } from "../kubernetes/errors.ts";
import type { FoundMembers } from "../members/find-members.ts";
import { takeFromWholeMember } from "../members/whole-member.ts";
import { SnapshotDirectoryError } from "../snapshot/snapshot-directory-error.ts";
import { FinalSnapshotNotWrittenError, FinalSnapshotRefusedError, type LastEtcd } from "./final-snapshot-errors.ts";
import { refuseOtherEtcd } from "./refuse-other-etcd.ts";

/** What a last snapshot takes, on a cluster or in memory. */
export interface FinalSnapshotEnvironment {
  readonly etcd: LastEtcd;
  /** How long members that can't be asked are asked again. */
  readonly patience: { readonly seconds: number; readonly pauseMilliseconds: number };
  findMembers(): Promise<FoundMembers>;
  /** That which the stack has recorded first; none where it has recorded none. */
  findKnownClusterIds?(): Promise<readonly string[]>;
  /** Answers the path. Raises SnapshotDirectoryError, or what the content raises. */
  save(content: AsyncIterable<Buffer>, databaseBytes: number): Promise<string>;
}

/** Either what is to be said at the end, or why there is no end yet. */
type Outcome =
  | { readonly line: string }
  | {
      readonly reasons: readonly string[];
      readonly cause: unknown;
      /** Asking again is of no use. */ readonly final: boolean;
    };

/**
 * Saves the whole database of an etcd that is about to be deleted, from a member that is known to have it all: most members stand
 * behind it, or each that may have any of it was asked and this one has seen the most. Saves nothing, and says so, of one that has no
 * key, or of which no member's etcd runs nor may run again: there is nobody to ask then.
 *
 * Raises FinalSnapshotNotWrittenError, FinalSnapshotRefusedError, FinalSnapshotOtherEtcdError, and what looking for the members raises.
 */
export async function saveFinalSnapshot(
  environment: FinalSnapshotEnvironment,
  report: (line: string) => void,
): Promise<void> {
  const { etcd, patience } = environment;
  const deadline = Date.now() + patience.seconds * 1000;
  let members = await environment.findMembers();
  for (let isFirst = true; ; isFirst = false) {
    const outcome = await tryToSave(environment, members);
    if ("line" in outcome) {
      if (etcd.isTrial !== true) report(outcome.line);
      return;
    }
    const { reasons, cause, final } = outcome;
    if (final || Date.now() >= deadline) throw new FinalSnapshotRefusedError(etcd, reasons, cause);
    if (isFirst) {
      report(
        `${nameOf(etcd)} does not give its last snapshot yet, and is asked again for ${patience.seconds} s: ${reasons.join("; ")}`,
      );
    }
    await sleep(patience.pauseMilliseconds);
    members = await findAgain(environment, members);
  }
}

async function findAgain(environment: FinalSnapshotEnvironment, before: FoundMembers): Promise<FoundMembers> {
  try {
    return await environment.findMembers();
  } catch (error) {
    if (isClusterAway(error)) return before;
    throw error;
  }
}

async function tryToSave(environment: FinalSnapshotEnvironment, members: FoundMembers): Promise<Outcome> {
  const { etcd } = environment;
  const name = nameOf(etcd);
  const taken = await takeFromWholeMember(members, {
    checkClusterIds: async (found) => {
      refuseOtherEtcd(etcd, (await environment.findKnownClusterIds?.()) ?? [], found);
    },
    take: ({ store, keys, databaseBytes }) =>
      keys === 0 ? Promise.resolve(undefined) : environment.save(store.snapshot(), databaseBytes),
    endsAll: (error) => error instanceof SnapshotDirectoryError,
  }).catch((error: unknown) => {
    throw error instanceof SnapshotDirectoryError ? new FinalSnapshotNotWrittenError(etcd, error) : error;
  });
  switch (taken.kind) {
    case "nobody": {
      const what = members.over.length === 0 ? "it has no pod" : members.over.join("; ");
      return {
        line: `No snapshot of ${name} is saved: none of its members answers (${what}). There is nobody to ask for its state.`,
      };
    }
    case "refused":
      return taken;
    case "taken": {
      const { member, result: path } = taken;
      if (path === undefined) return { line: `No snapshot of ${name} is saved: it has no key.` };
      const line = `Snapshot of ${name}, as member ${member.name} has it, saved before it is deleted: ${path}. It holds passwords.`;
      return { line };
    }
  }
}

function nameOf({ etcdCluster, namespace }: LastEtcd): string {
  return `EtcdCluster ${etcdCluster} in namespace ${namespace}`;
}
