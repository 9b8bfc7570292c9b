import type { V1Pod } from "@kubernetes/client-node";
import type { MemberView } from "../etcd/ask-member.ts";
import type { ListedMember } from "../etcd/messages/member-messages.ts";

/** A member of an EtcdCluster, as its pod and it itself show it. */
export type AskedMember = MemberCondition & {
  /** The pod as it was listed; absent where nobody has listed any. */
  readonly object?: V1Pod;
};

type MemberCondition =
  | { readonly kind: "answers"; readonly pod: string; readonly view: MemberView }
  /** It runs and could not be asked; Kubernetes may hold it for ready all the same, which asks it from within. */
  | {
      readonly kind: "silent";
      readonly pod: string;
      readonly reason: string;
      readonly isReady: boolean;
      /** Whether it is for want of the Secret with the client's certificate that it could not be asked. */
      readonly lacksSecret?: boolean;
    }
  | { readonly kind: "starting"; readonly pod: string; readonly reason: string }
  /** The etcd-operator starts no pod again: what was in this one is lost. */
  | { readonly kind: "ended"; readonly pod: string; readonly reason: string }
  | { readonly kind: "leaving"; readonly pod: string };

export type AnsweringMember = Extract<AskedMember, { kind: "answers" }>;

/** Those that serve: a member that has lost the others answers, too, but knows no leader. */
export function servingMembers(members: readonly AskedMember[]): AnsweringMember[] {
  return members.filter((each) => each.kind === "answers").filter(({ view }) => view.hasLeader);
}

/** How many members the longest of their own lists has; 0 when none answers. */
export function listedMembers(members: readonly AskedMember[]): number {
  return Math.max(0, ...members.map((each) => (each.kind === "answers" ? each.view.members.length : 0)));
}

/**
 * Those that are of the cluster: neither on their way out nor ended and off the list of all that serve. The etcd-operator (0.9.4) may
 * ask the very member that it removes, which goes in the middle of its answer; it takes that for a failure, reads the list anew and
 * forgets the pod.
 */
export function stayingMembers(members: readonly AskedMember[]): AskedMember[] {
  const forgotten = new Set(forgottenPods(members));
  return members.filter(({ kind, pod }) => kind !== "leaving" && !forgotten.has(pod));
}

/** The pods of members that have ended and are on the list of none that serves; none while nobody serves. */
export function forgottenPods(members: readonly AskedMember[]): string[] {
  const lists = servingMembers(members).map(({ view }) => view.members);
  if (lists.length === 0) return [];
  const listed = new Set(lists.flat().map(({ name }) => name));
  return members.filter(({ kind, pod }) => kind === "ended" && !listed.has(pod)).map(({ pod }) => pod);
}

/**
 * Those on the list of every member that have no pod, while as many pods serve as the EtcdCluster asks for: nobody replaces them.
 * The etcd-operator (0.9.4, pkg/cluster) does not know the id of a cluster's first member: to remove it it deletes its pod, and takes
 * etcd's "member not found" for done. The etcd counts such a one for its majority and bears the loss of fewer.
 */
export function leftBehindMembers(members: readonly AskedMember[], size: number): ListedMember[] {
  const staying = stayingMembers(members);
  const serving = servingMembers(staying);
  if (serving.length !== size || staying.length !== size) return [];
  const pods = new Set(members.map(({ pod }) => pod));
  const [first, ...others] = serving.map(({ view }) => view.members);
  // One that was added and has not started yet has no name.
  const withoutPod = (first ?? []).filter(({ name }) => name !== "" && !pods.has(name));
  return withoutPod.filter(({ id }) => others.every((list) => list.some((each) => each.id === id)));
}

/** Such as `trident-etcd-abc answers`, or `trident-etcd-abc is starting: ErrImagePull for image ...`. */
export function describeMember(member: AskedMember): string {
  switch (member.kind) {
    case "answers":
      return `${member.pod} answers${member.view.hasLeader ? "" : " that it has lost the others"}`;
    case "silent":
      return `${member.pod} runs and does not answer: ${member.reason}`;
    case "starting":
      return `${member.pod} does not run yet: ${member.reason}`;
    case "ended":
      return `${member.pod} has ended: ${member.reason}`;
    case "leaving":
      return `${member.pod} is being deleted`;
  }
}

/** All of them in one line. */
export function describeMembers(members: readonly AskedMember[]): string {
  return members.length === 0 ? "it has no pod" : members.map(describeMember).join("; ");
}
