import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStore } from "../connect/open-store.ts";
import { everyKey } from "../copy/store/key-range.ts";
import { isTransient } from "../copy/store/store-error.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { isTransient as isClusterAway, withoutFullStop } from "../kubernetes/errors.ts";
import { SnapshotInvalidError } from "../snapshot/save-snapshot.ts";
import { SnapshotDirectoryError } from "../snapshot/snapshot-directory-error.ts";
import { refuseOtherEtcd } from "./refuse-other-etcd.ts";
import { FinalSnapshotNotWrittenError, FinalSnapshotRefusedError, type LastEtcd } from "./final-snapshot-errors.ts";

/** A member whose etcd runs. */
export interface Member {
  /** Its pod's name. */
  readonly name: string;
  open(): Promise<OpenStore>;
}

/** The members' pods, told apart as `memberState` does. */
export interface FoundMembers {
  readonly running: readonly Member[];
  /** Descriptions of the pods. */
  readonly paused: readonly string[];
  readonly over: readonly string[];
}

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

interface Answering {
  readonly name: string;
  readonly store: OpenStore;
  readonly clusterId: string;
  readonly revision: bigint;
  readonly databaseBytes: number;
}

interface Failing {
  readonly name: string;
  readonly error: unknown;
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

async function tryToSave(
  environment: FinalSnapshotEnvironment,
  { running, paused, over }: FoundMembers,
): Promise<Outcome> {
  const name = nameOf(environment.etcd);
  if (running.length === 0 && paused.length === 0) {
    const what = over.length === 0 ? "it has no pod" : over.join("; ");
    return {
      line: `No snapshot of ${name} is saved: none of its members answers (${what}). There is nobody to ask for its state.`,
    };
  }
  const asked = await Promise.all(running.map(ask));
  const answering = asked.filter((each) => "store" in each).sort(byRevision);
  const clusterIds = answering.map(({ clusterId }) => clusterId);
  const silent = asked.filter((each) => "error" in each);
  const everyoneAnswers = silent.length === 0 && paused.length === 0;
  const failing: Failing[] = [...silent];
  try {
    refuseOtherEtcd(environment.etcd, (await environment.findKnownClusterIds?.()) ?? [], clusterIds);
    for (const member of answering) {
      const keys = await countOfAllKeys(member.store);
      if (keys === 0) return { line: `No snapshot of ${name} is saved: it has no key.` };
      const hasItAll = keys !== undefined || (everyoneAnswers && member.revision === answering[0]?.revision);
      const saved = hasItAll ? await save(environment, member) : { name: member.name, error: minority };
      if ("path" in saved) {
        const line = `Snapshot of ${name}, as member ${member.name} has it, saved before it is deleted: ${saved.path}. It holds passwords.`;
        return { line };
      }
      failing.push(saved);
    }
  } finally {
    await Promise.all(answering.map(({ store }) => store.close()));
  }
  const refusal = silent.find(({ error }) => !mayPass(error));
  return {
    reasons: [
      ...failing.map(describeFailing),
      ...paused.map((pod) => `${pod}, whose etcd does not run and may run again`),
    ],
    cause: (refusal ?? failing[0])?.error,
    final: refusal !== undefined,
  };
}

async function ask(member: Member): Promise<Answering | Failing> {
  let store: OpenStore | undefined;
  try {
    store = await member.open();
    const { clusterId, revision, databaseBytes } = await store.status();
    return { name: member.name, store, clusterId, revision, databaseBytes };
  } catch (error) {
    await store?.close();
    return { name: member.name, error };
  }
}

function byRevision(one: Answering, other: Answering): number {
  return Number(other.revision - one.revision);
}

/** A member that answers this has a quorum behind it, and all that was ever written; undefined of one that does not. */
async function countOfAllKeys(store: OpenStore): Promise<number | undefined> {
  try {
    return (await store.range({ ...everyKey, countOnly: true })).count;
  } catch {
    return undefined;
  }
}

const minority = new Error(
  "it answers, but may lack what others have: it has no quorum, and not all of the others can be asked",
);

async function save(
  environment: FinalSnapshotEnvironment,
  member: Answering,
): Promise<{ readonly path: string } | Failing> {
  try {
    return { path: await environment.save(member.store.snapshot(), member.databaseBytes) };
  } catch (error) {
    if (error instanceof SnapshotDirectoryError) throw new FinalSnapshotNotWrittenError(environment.etcd, error);
    return { name: member.name, error };
  }
}

/** A Secret or a permission that is missing stays so; a connection, a proxy or the cluster may come back. */
function mayPass(error: unknown): boolean {
  return isTransient(error) || isClusterAway(error);
}

function describeFailing({ name, error }: Failing): string {
  const problem =
    error instanceof SnapshotInvalidError ? `what it sends is no snapshot: ${error.problem}` : describeFailure(error);
  return `member ${name}: ${withoutFullStop(problem)}`;
}

function nameOf({ etcdCluster, namespace }: LastEtcd): string {
  return `EtcdCluster ${etcdCluster} in namespace ${namespace}`;
}
