import type { OpenStore } from "../connect/open-store.ts";
import { everyKey } from "../copy/store/key-range.ts";
import { isTransient } from "../copy/store/store-error.ts";
import { isTransient as isClusterAway, withoutFullStop } from "../kubernetes/errors.ts";
import { SnapshotInvalidError } from "../snapshot/save-snapshot.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import type { FoundMembers, RunningMember } from "./find-members.ts";

/** A member that answers, and how it stands among the others. */
export interface AnsweringMember {
  readonly name: string;
  readonly store: OpenStore;
  readonly clusterId: string;
  readonly revision: bigint;
  readonly databaseBytes: number;
  /** Of all keys; undefined where it has no quorum behind it. */
  readonly keys: number | undefined;
  /** Why it may lack what others have; empty of one that is known to have it all. */
  readonly mayLack: readonly string[];
}

export interface TakeOptions<T> {
  /** Ends it by what it raises, before anything is taken. */
  readonly checkClusterIds?: (found: readonly string[]) => Promise<void>;
  /** Whether a member that may lack what others have will do. @default false */
  readonly fromMinority?: boolean;
  /** Whether members that are gone count as such that may have more; else whoever is left is known to have all that is left. @default false */
  readonly needsMajority?: boolean;
  /** When it raises an error the next member is tried, unless `endsAll` says that it would be the same there. */
  readonly take: (member: AnsweringMember) => Promise<T>;
  readonly endsAll: (error: unknown) => boolean;
}

export type TakenFromMembers<T> =
  | { readonly kind: "taken"; readonly member: AnsweringMember; readonly result: T }
  /** No member's etcd runs, nor may run again. */
  | { readonly kind: "nobody" }
  | {
      readonly kind: "refused";
      readonly reasons: readonly string[];
      readonly cause: unknown;
      /** Asking again is of no use. */
      readonly final: boolean;
      /** Whether it is only for what others may have beyond it that a member that answers was not taken. */
      readonly minorityAnswers: boolean;
    };

/**
 * Takes something, such as a snapshot, from a member that is known to have all that was ever written: most members stand behind it, or
 * each that may have any of it was asked and this one has seen the most. Raises what `checkClusterIds` raises, and what ends all.
 */
export async function takeFromWholeMember<T>(
  { running, paused }: FoundMembers,
  { checkClusterIds, fromMinority = false, needsMajority = false, take, endsAll }: TakeOptions<T>,
): Promise<TakenFromMembers<T>> {
  if (running.length === 0 && paused.length === 0) return { kind: "nobody" };
  const asked = await Promise.all(running.map(ask));
  const answering = asked.filter((each) => "store" in each).sort(byRevision);
  const silent = asked.filter((each) => "error" in each);
  const pausedReasons = paused.map((pod) => `${pod}, whose etcd does not run and may run again`);
  const unasked = [...silent.map(describeFailing), ...pausedReasons];
  const failing: Failing[] = [...silent];
  let minorityAnswers = false;
  try {
    await checkClusterIds?.(answering.map(({ clusterId }) => clusterId));
    for (const member of answering) {
      const keys = await countOfAllKeys(member.store);
      const others = answering.filter(({ revision }) => revision > member.revision).map(describeAhead);
      const mayLack = keys === undefined ? [...unasked, ...others, ...(needsMajority ? [gone] : [])] : [];
      const whole: AnsweringMember = { ...member, keys, mayLack };
      if (mayLack.length > 0 && !fromMinority) {
        minorityAnswers = true;
        failing.push({ name: member.name, error: minority });
        continue;
      }
      try {
        return { kind: "taken", member: whole, result: await take(whole) };
      } catch (error) {
        if (endsAll(error)) throw error;
        failing.push({ name: member.name, error });
      }
    }
  } finally {
    await Promise.all(answering.map(({ store }) => store.close()));
  }
  const refusal = silent.find(({ error }) => !mayPass(error));
  return {
    kind: "refused",
    reasons: [...failing.map(describeFailing), ...pausedReasons],
    cause: (refusal ?? failing[0])?.error,
    final: refusal !== undefined,
    minorityAnswers,
  };
}

type Asked = Omit<AnsweringMember, "keys" | "mayLack">;

interface Failing {
  readonly name: string;
  readonly error: unknown;
}

async function ask(member: RunningMember): Promise<Asked | Failing> {
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

function byRevision(one: Asked, other: Asked): number {
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

const gone = "members that are gone, and may have had what this one had not heard of";

/** A Secret or a permission that is missing stays so; a connection, a proxy or the cluster may come back. */
function mayPass(error: unknown): boolean {
  return isTransient(error) || isClusterAway(error);
}

function describeAhead({ name, revision }: Asked): string {
  return `member ${name}, which is at revision ${revision.toString()}`;
}

function describeFailing({ name, error }: Failing): string {
  const problem =
    error instanceof SnapshotInvalidError ? `what it sends is no snapshot: ${error.problem}` : describeFailure(error);
  return `member ${name}: ${withoutFullStop(problem)}`;
}
