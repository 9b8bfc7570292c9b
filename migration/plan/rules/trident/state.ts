import type { KeyPrefix } from "../../../copy/store/key-range.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import {
  brokenReferences,
  emptySource,
  foreignKeys,
  leasedKeys,
  legacyDisagrees,
  openTransactions,
  sameCluster,
} from "../../../blockers/state-blockers.ts";
import type { LegacyTrident } from "../../../trident/legacy/legacy-trident.ts";
import type { StateFindings } from "../../../trident/state/check-state.ts";
import { counted } from "../../../wording/counted.ts";
import { describeBytes } from "../../../wording/describe-amount.ts";
import type { StateSummary } from "../../read/state/summarize-state.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

export interface StateFacts {
  readonly legacy: LegacyTrident;
  readonly prefix: KeyPrefix;
  readonly summary: StateSummary;
  readonly source: EtcdFacts;
  readonly destination?: EtcdFacts | undefined;
  /** What the old Trident and its etcd do not agree about. */
  readonly differences?: Pick<StateFindings, "unlisted" | "unstored"> | undefined;
  /** Whether the destination may be set up to take more than usual. */
  readonly isQuotaUnknown?: boolean;
  /** Nodes under Trident's directory of etcd's v2 store; asked for only when there is no key in the other one. */
  readonly etcdv2Nodes: number;
}

interface EtcdFacts {
  readonly description: string;
  readonly clusterId: string;
  /** As StoreStatus has it. */
  readonly databaseBytes: number;
}

/** etcd takes no more than this unless it is told otherwise, and the members are not. */
export const etcdQuotaBytes = 2 * 1024 ** 3;

/** etcd keeps what was overwritten until it is compacted, and index pages besides the data: what it takes may be twice the state. */
const overhead = 2;

export function checkState(facts: StateFacts): Findings {
  const { source, destination } = facts;
  if (destination !== undefined && destination.clusterId === source.clusterId) {
    return blockedBy(
      sameCluster(source.description, destination.description, {
        clusterId: source.clusterId,
        isMove: facts.legacy.externalEtcd !== undefined,
      }),
    );
  }
  return together(
    blockedBy(
      ...checkEmptiness(facts),
      ...checkReferences(facts),
      ...checkTransactions(facts),
      ...checkLeases(facts),
      ...checkForeignKeys(facts),
    ),
    checkRoom(facts),
    leftOver(facts),
  );
}

function checkEmptiness({ legacy, prefix, summary, etcdv2Nodes }: StateFacts): Blocker[] {
  if (summary.keys > 0) return [];
  if (etcdv2Nodes === 0) return [emptySource(legacy, prefix.text)];
  return [
    {
      kind: "etcdv2State",
      object: `Deployment/${legacy.name}`,
      message:
        `The embedded etcd of Deployment ${legacy.name} in namespace ${legacy.namespace} has no key under ${prefix.text}, but ` +
        `${counted(etcdv2Nodes, "node")} there in its v2 store: Trident 18.01 or later, which converts the state, never ran on it.`,
      remedy:
        "Upgrade the old installation to Trident 18.01 or later (its installer keeps the state), see that it serves, and " +
        "run this again.",
    },
  ];
}

/** What is wrong with a single volume explains why the two differ, and its remedy comes first. */
function checkReferences({ legacy, prefix, summary: { findings }, differences }: StateFacts): Blocker[] {
  const missing = [findings.withoutBackend, findings.withoutClass].filter(({ count }) => count > 0);
  return [
    ...missing.map((each) => brokenReferences(legacy, prefix.text, each)),
    ...(differences === undefined ? [] : [legacyDisagrees(legacy, differences)]),
  ];
}

function checkTransactions({ legacy, summary: { transactions } }: StateFacts): Blocker[] {
  if (transactions.count === 0) return [];
  return [openTransactions("old", legacy, transactions)];
}

function checkLeases({ legacy, summary: { leased } }: StateFacts): Blocker[] {
  if (leased.count === 0) return [];
  return [leasedKeys(legacy, leased)];
}

function checkForeignKeys({ prefix, summary, destination }: StateFacts): Blocker[] {
  const foreign = summary.destination?.foreign;
  if (destination === undefined || foreign === undefined || foreign.count === 0) return [];
  return [foreignKeys(destination.description, prefix.text, foreign)];
}

/** Of what the new etcd takes, its database has a part already; what is there and equal is not written again. */
function checkRoom({ summary, source, destination, isQuotaUnknown = false }: StateFacts): Findings {
  const taken = destination?.databaseBytes ?? 0;
  const room = Math.max(0, etcdQuotaBytes - taken);
  const takes = `the new etcd takes ${isQuotaUnknown ? "as a rule " : ""}${describeBytes(etcdQuotaBytes)}${taken === 0 ? "" : `, of which ${describeBytes(taken)} are in use`}`;
  if (summary.bytes === undefined) return unread(source, room, takes);
  const missing = summary.bytes - (summary.destination?.equalBytes ?? 0);
  if (missing === 0 || missing * overhead < room) return nothingFound;
  const size =
    missing === summary.bytes
      ? `The state is ${describeBytes(missing)}`
      : `Of the state, ${describeBytes(missing)} are still to be copied`;
  if (missing < room || isQuotaUnknown) {
    return atRisk("state", `${size}, and ${takes}, its index and history included: it may not fit.`);
  }
  return blockedBy({
    kind: "noRoom",
    object: "the new etcd",
    message: `${size}, and ${takes}: there is no room for it.`,
    remedy:
      "Find out what fills the old etcd (`etcdctl get /trident/ --prefix --keys-only`) and remove what nobody needs." +
      (taken === 0 ? "" : " What the new one keeps of deleted and overwritten keys goes with `etcdctl compaction`."),
  });
}

/** How large the state is can then only be estimated: by what holds it. */
function unread(source: EtcdFacts, room: number, takes: string): Findings {
  const keysOnly =
    "The state is too large to read all values for a plan: only keys were looked at; the migration compares all.";
  if (source.databaseBytes < room) return atRisk("state", keysOnly);
  return atRisk(
    "state",
    keysOnly,
    `The old etcd's database is ${describeBytes(source.databaseBytes)}, its history included, and ${takes}: the state may not fit.`,
  );
}

function leftOver({ summary }: StateFacts): Findings {
  const stale = summary.destination?.stale ?? 0;
  if (stale === 0) return nothingFound;
  return atRisk(
    "state",
    `The new etcd has ${counted(stale, "outdated key")} of an interrupted copy: the migration brings all up to date.`,
  );
}
