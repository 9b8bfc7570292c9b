import { describeBytes } from "../command-line/describe-amount.ts";
import type { KeySample } from "../copy/key-sample.ts";
import type { LegacyTrident } from "../legacy/legacy-trident.ts";
import type { Blocker } from "../preflight/blocker.ts";
import { EmptySourceError, ForeignKeysError, SameClusterError } from "../preflight/errors.ts";
import type { StateSurvey } from "./survey-state.ts";

export interface StateFacts {
  readonly legacy: LegacyTrident;
  readonly prefix: string;
  readonly survey: StateSurvey;
  readonly source: { readonly description: string; readonly clusterId: string };
  readonly destination?: { readonly description: string; readonly clusterId: string } | undefined;
  /** Nodes under Trident's directory of etcd's v2 store; asked for only when there is no key in the other one. */
  readonly etcdv2Nodes: number;
}

/** etcd takes no more than this unless it is told otherwise, and the members are not. */
export const etcdQuotaBytes = 2 * 1024 ** 3;

/** etcd keeps what was overwritten until it is compacted, and index pages besides the data: what it takes may be twice the state. */
const overhead = 2;

export function judgeState(facts: StateFacts): { blockers: Blocker[]; risks: string[] } {
  const { source, destination } = facts;
  if (destination !== undefined && destination.clusterId === source.clusterId) {
    const error = new SameClusterError(source.description, destination.description, source.clusterId);
    return { blockers: [error.blocker], risks: [] };
  }
  const room = judgeRoom(facts);
  return {
    blockers: [
      ...judgeEmptiness(facts),
      ...judgeTransactions(facts),
      ...judgeLeases(facts),
      ...judgeForeignKeys(facts),
      ...room.blockers,
    ],
    risks: [...room.risks, ...unreadValues(facts), ...leftOver(facts)],
  };
}

function judgeEmptiness({ legacy, prefix, survey, etcdv2Nodes }: StateFacts): Blocker[] {
  if (survey.keys > 0) return [];
  if (etcdv2Nodes === 0) return [new EmptySourceError(legacy, prefix).blocker];
  return [
    {
      kind: "etcdv2State",
      object: `Deployment/${legacy.name}`,
      message:
        `The embedded etcd of Deployment ${legacy.name} in namespace ${legacy.namespace} has no key under ${prefix}, but ` +
        `${etcdv2Nodes} node(s) there in its v2 store: Trident 18.01 or later, which converts the state, never ran on it.`,
      remedy:
        "Upgrade the old installation to Trident 18.01 or later (its installer keeps the state), see that it serves, and " +
        "run this again.",
    },
  ];
}

function judgeTransactions({ legacy, survey: { transactions } }: StateFacts): Blocker[] {
  if (transactions.count === 0) return [];
  return [
    {
      kind: "openTransactions",
      object: `Deployment/${legacy.name}`,
      message:
        `Trident has ${transactions.count} open transaction(s): ${list(transactions)}. The Trident that starts next acts on ` +
        `them, and undoing one that adds a volume destroys that volume.`,
      remedy:
        "Wait until Trident has ended them and run this again. If they stay, restarting the old Trident settles them, the " +
        "creation of a volume by removing what there is of it: " +
        `\`kubectl --namespace ${legacy.namespace} rollout restart deployment ${legacy.name}\`.`,
    },
  ];
}

function judgeLeases({ legacy, survey: { leased } }: StateFacts): Blocker[] {
  if (leased.count === 0) return [];
  return [
    {
      kind: "leasedKeys",
      object: `Deployment/${legacy.name}`,
      message: `${leased.count} of the old Trident's keys have a lease, which can't be copied: ${list(leased)}.`,
      remedy: "Trident makes none: stop what holds the leases, or delete these keys, and run this again.",
    },
  ];
}

function judgeForeignKeys({ prefix, survey, destination }: StateFacts): Blocker[] {
  const foreign = survey.destination?.foreign;
  if (destination === undefined || foreign === undefined || foreign.count === 0) return [];
  const sample = { keys: foreign.first, count: foreign.count };
  return [new ForeignKeysError(destination.description, prefix, sample).blocker];
}

function judgeRoom({ survey: { bytes } }: StateFacts): { blockers: Blocker[]; risks: string[] } {
  if (bytes === undefined || bytes * overhead < etcdQuotaBytes) return { blockers: [], risks: [] };
  const size = `The state is ${describeBytes(bytes)}, and the new etcd takes ${describeBytes(etcdQuotaBytes)}`;
  if (bytes < etcdQuotaBytes) {
    return { blockers: [], risks: [`${size}, its index and history included: it may not fit.`] };
  }
  const blocker: Blocker = {
    kind: "noRoom",
    object: "the new etcd",
    message: `${size}: there is no room for it.`,
    remedy:
      "Find out what fills the old etcd (`etcdctl get /trident/ --prefix --keys-only`) and remove what nobody needs.",
  };
  return { blockers: [blocker], risks: [] };
}

function unreadValues({ survey }: StateFacts): string[] {
  if (survey.bytes !== undefined) return [];
  return [
    "The state is too large to read all values for a plan: only keys were looked at; the migration compares all.",
  ];
}

function leftOver({ survey }: StateFacts): string[] {
  const stale = survey.destination?.stale ?? 0;
  if (stale === 0) return [];
  return [
    `The new etcd has ${stale} key(s) of an interrupted copy that are out of date: the migration brings them up to date.`,
  ];
}

function list({ count, first }: KeySample): string {
  return `${first.join(", ")}${count > first.length ? ` and ${count - first.length} more` : ""}`;
}
