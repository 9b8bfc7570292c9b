import { majorityOf } from "../connect/cluster-members.ts";
import { listedMembers, servingMembers, type AskedMember } from "./asked-member.ts";

/** An EtcdCluster as the server stores it, as far as is looked at. */
export interface ServedEtcdCluster {
  readonly metadata?: unknown;
  readonly spec?: unknown;
  readonly status?: unknown;
}

interface EtcdClusterStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly members?: { readonly ready?: readonly string[]; readonly unready?: readonly string[] };
}

export interface MemberCounts {
  /** By their own list. */
  readonly all: number;
  readonly answering: number;
  /** Of these, those that know a leader. */
  readonly serving: number;
  /** Those that can't be asked from here and are ready to Kubernetes, which asks them from within. */
  readonly unasked: number;
}

/** Undefined where nobody can say. */
export function countMembers({
  served,
  members,
}: {
  /** The EtcdCluster; undefined when there is none. */
  readonly served: ServedEtcdCluster | undefined;
  /** Undefined when their pods could not be listed. */
  readonly members: readonly AskedMember[] | undefined;
}): MemberCounts | undefined {
  if (members === undefined || served === undefined) return undefined;
  const listed = listedMembers(members);
  // Who can't be asked is counted as the operator last saw it.
  const { ready = [], unready = [] } = statusOf(served).members ?? {};
  const standing = members.filter(({ kind }) => kind !== "leaving").length;
  const all = listed > 0 ? listed : Math.max(standing, ready.length + unready.length);
  return {
    all,
    answering: members.filter(({ kind }) => kind === "answers").length,
    serving: servingMembers(members).length,
    unasked: members.filter((each) => each.kind === "silent" && each.isReady).length,
  };
}

/** Whether so many serve, or may, that the others are only to be replaced. */
export function hasMajority({ all, serving, unasked }: MemberCounts): boolean {
  return all > 0 && serving + unasked >= majorityOf(all);
}

/**
 * Whether a majority is gone for good, for whoever is about to delete what is left: a member that can't be asked for want of a Secret, or
 * that is on its way, may be well.
 */
export function isQuorumLost(served: ServedEtcdCluster, members: readonly AskedMember[]): boolean {
  const counts = countMembers({ served, members });
  if (counts === undefined || hasMajority(counts)) return false;
  if (members.some((each) => each.kind === "silent" && each.lacksSecret === true)) return false;
  const coming = members.filter(({ kind }) => kind === "starting" || kind === "silent").length;
  return !hasMajority({ ...counts, all: Math.max(counts.all, 1), unasked: coming });
}

/** How many members an EtcdCluster asks for. */
export function etcdClusterSizeOf(served: ServedEtcdCluster | undefined): number | undefined {
  return (served?.spec as { readonly size?: number } | undefined)?.size;
}

export function statusOf({ status }: ServedEtcdCluster): EtcdClusterStatus {
  return (status ?? {}) as EtcdClusterStatus;
}
