import type { OpenStore } from "../stores/forwarded-store.ts";
import { everyKey } from "../copy/key-range.ts";
import { isTransient } from "../copy/store-error.ts";
import { describeFailure } from "../kubernetes/describe-failure.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { SnapshotDirectoryError } from "../snapshot/errors.ts";
import { FinalSnapshotNotWrittenError, FinalSnapshotRefusedError, type LastEtcd } from "./final-snapshot-errors.ts";

/** A member whose etcd may answer. */
export interface Member {
  /** Its pod's name. */
  readonly name: string;
  open(): Promise<OpenStore>;
}

/** What a last snapshot takes, on a cluster or in memory. */
export interface FinalSnapshotEnvironment {
  readonly etcd: LastEtcd;
  findMembers(): Promise<{ readonly running: readonly Member[]; readonly others: readonly string[] }>;
  /** Answers the path. Raises SnapshotDirectoryError, or what the content raises. */
  save(content: AsyncIterable<Buffer>): Promise<string>;
}

interface Answering {
  readonly name: string;
  readonly store: OpenStore;
  readonly revision: bigint;
}

interface Silent {
  readonly name: string;
  readonly error: unknown;
}

/**
 * Saves the whole database of an etcd that is about to be deleted, from the member that has seen the most; it need not have a
 * quorum. Saves nothing, and says so, of one that has no key, or of which no member answers: there is nobody to ask then.
 *
 * Raises FinalSnapshotNotWrittenError, FinalSnapshotRefusedError, and what looking for the members raises.
 */
export async function saveFinalSnapshot(
  environment: FinalSnapshotEnvironment,
  report: (line: string) => void,
): Promise<void> {
  const { etcd } = environment;
  const name = `EtcdCluster ${etcd.etcdCluster} in namespace ${etcd.namespace}`;
  const { running, others } = await environment.findMembers();
  const asked = await Promise.all(running.map(ask));
  const answering = asked.filter((each) => "store" in each).sort(byRevision);
  const silent = asked.filter((each) => "error" in each);
  try {
    if (answering.length === 0) {
      refuseIfRefused(etcd, silent);
      const tried = [...silent.map(describeSilent), ...others];
      const what = tried.length === 0 ? "it has no pod" : tried.join("; ");
      report(
        `No snapshot of ${name} is saved: none of its members answers (${what}). There is nobody to ask for its state.`,
      );
      return;
    }
    if (await isEmpty(answering)) {
      report(`No snapshot of ${name} is saved: it has no key.`);
      return;
    }
    const { path, member } = await saveFromFirst(environment, answering);
    report(`Snapshot of ${name}, as member ${member} has it, saved before it is deleted: ${path}. It holds passwords.`);
  } finally {
    await Promise.all(answering.map(({ store }) => store.close()));
  }
}

async function ask(member: Member): Promise<Answering | Silent> {
  let store: OpenStore | undefined;
  try {
    store = await member.open();
    return { name: member.name, store, revision: (await store.status()).revision };
  } catch (error) {
    await store?.close();
    return { name: member.name, error };
  }
}

function byRevision(one: Answering, other: Answering): number {
  return Number(other.revision - one.revision);
}

/** One that can't be reached is down; one that turns us down has the state, and is not to be lost for a certificate. */
function refuseIfRefused(etcd: LastEtcd, silent: readonly Silent[]): void {
  const refusal = silent.find(({ error }) => !isTransient(error));
  if (refusal !== undefined) throw new FinalSnapshotRefusedError(etcd, silent.map(describeSilent), refusal.error);
}

function describeSilent({ name, error }: Silent): string {
  return `member ${name}: ${withoutFullStop(describeFailure(error))}`;
}

/** Without a quorum nobody can say, and what may have keys is saved. */
async function isEmpty([first]: readonly Answering[]): Promise<boolean> {
  try {
    return (await first?.store.range({ ...everyKey, countOnly: true }))?.count === 0;
  } catch {
    return false;
  }
}

async function saveFromFirst(
  environment: FinalSnapshotEnvironment,
  members: readonly Answering[],
): Promise<{ path: string; member: string }> {
  const failed: Silent[] = [];
  for (const { name, store } of members) {
    try {
      return { path: await environment.save(store.snapshot()), member: name };
    } catch (error) {
      if (error instanceof SnapshotDirectoryError) throw new FinalSnapshotNotWrittenError(environment.etcd, error);
      failed.push({ name, error });
    }
  }
  throw new FinalSnapshotRefusedError(environment.etcd, failed.map(describeSilent), failed[0]?.error);
}
