import { change } from "../../../wording/change.ts";
import type { KeyPrefix } from "../../../copy/store/key-range.ts";
import { counted } from "../../../wording/counted.ts";
import { describeAddress, objectOf, type EtcdAddress } from "../../../connect/etcd-address.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import type { RecordedEtcd } from "../../../record/recorded-etcd.ts";
import { isServing, type Flow } from "../../migration-plan.ts";
import { waysToRestore, type RestorableFrom } from "../restore/ways-to-restore.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";

/** The etcd that Trident's state was recorded in, and the one that is there now. */
export interface RecordedEtcdFacts {
  readonly flow: Flow;
  /** Whether the migration's state is in the destination already, and only Trident is still to be started. */
  readonly isCopied: boolean;
  readonly destination: EtcdAddress;
  readonly recorded: RecordedEtcd | undefined;
  /** Whether there is an etcd at all; of one that is not the stack's own that is taken for granted. */
  readonly exists: boolean;
  /** The cluster id of what is there; undefined when it could not be asked. */
  readonly clusterId: string | undefined;
  /** Under the prefix; undefined when they could not be counted. */
  readonly keys: number | undefined;
  readonly prefix: KeyPrefix;
  /** The etcd that Trident's Deployment names, if that is another one than the destination. */
  readonly runsOn?: string | undefined;
  /** What to do first in that case. */
  readonly whenLost: string;
  /** The cluster id of an etcd whose state is given up, or was moved by hand; empty for none. */
  readonly abandonedEtcd: string;
  /** Whether a restore makes up for the loss. */
  readonly isRestored?: boolean;
  /** Undefined where nothing is restored, as into an etcd that is not the stack's own. */
  readonly restorable?: RestorableFrom | undefined;
}

/** An etcd that is not the one with Trident's state, or that has lost it, would have Trident begin anew without a word. */
export function checkRecordedEtcd(facts: RecordedEtcdFacts): Findings {
  const { recorded, abandonedEtcd } = facts;
  if (!hasState(facts)) return nothingFound;
  const stale = atRisk("state", ...staleSetting(facts));
  if (recorded?.heldKeys !== true) return stale;
  const lost = lossOf(facts, recorded);
  if (lost === undefined || facts.isRestored === true) return stale;
  if (abandonedEtcd !== recorded.clusterId) return together(blockedBy(lost), stale);
  return atRisk("state", `${lost.message} It is given up, as was asked for, and Trident starts on what is there now.`);
}

/** The commands by which an etcd is given up for good, after those that have to come before. */
export function waysToGiveUp(recorded: Pick<RecordedEtcd, "clusterId"> | undefined, ...before: string[]): string[] {
  const commands = [
    ...before,
    ...(recorded === undefined ? [] : [change({ abandonedEtcd: recorded.clusterId })]),
    "pulumi up --refresh",
  ];
  return [
    "To give it up, so that Trident begins anew and knows none of its volumes:",
    ...commands.map((command) => `  ${command}`),
  ];
}

/** Whether this flow goes on with a state that is in the destination. */
function hasState({ flow, isCopied }: RecordedEtcdFacts): boolean {
  return isServing(flow) || flow === "install" || flow === "installEtcd" || (flow === "resume" && isCopied);
}

function lossOf(facts: RecordedEtcdFacts, recorded: RecordedEtcd): Blocker | undefined {
  const { destination, exists, clusterId, keys, prefix, whenLost, runsOn } = facts;
  const where = describeAddress(destination);
  const object = objectOf(destination);
  // What is there now is not deleted: it may be what somebody has restored.
  const move =
    runsOn === undefined
      ? []
      : [
          `Trident runs on the etcd at ${runsOn} now. To move it with its state to ${where}: \`${change({ movedFromEtcd: recorded.clusterId })}\` and ` +
            `\`pulumi up\` (docs/moving-between-etcds.md).`,
        ];
  const isKept = exists && clusterId === recorded.clusterId;
  const up = exists ? "pulumi up" : "pulumi up --refresh";
  const back =
    facts.restorable === undefined ? [] : waysToRestore({ ...recorded, isKept }, withoutMembers(facts.restorable), up);
  const remedy = [...move, whenLost, ...back, ...waysToGiveUp(recorded)].join("\n");
  const had = `Trident's state is recorded in etcd cluster ${recorded.clusterId}`;
  if (!exists) {
    const message = `${had}, and ${where} is not there any more: a new one would be empty, and Trident would forget all of its volumes.`;
    return { kind: "lostEtcd", object, message, remedy };
  }
  if (clusterId === undefined) return undefined;
  if (clusterId !== recorded.clusterId) {
    const holds = keys === undefined ? "" : `, with ${counted(keys, "key")} under ${prefix.text}`;
    const message = `${had}, and ${where} is etcd cluster ${clusterId}${holds}: Trident would go on with another state, or none.`;
    return { kind: "otherEtcd", object, message, remedy };
  }
  if (keys !== 0) return undefined;
  const message = `${had}, and there is no key under ${prefix.text} any more: Trident would forget all of its volumes.`;
  return { kind: "emptiedEtcd", object, message, remedy };
}

/** They go with their EtcdCluster, and one that stands is not the one that is lost. */
function withoutMembers(from: RestorableFrom): RestorableFrom {
  return { ...from, hasMemberClaims: false };
}

/** Left in place it would let a later loss pass. */
function staleSetting({ recorded, clusterId, abandonedEtcd, isRestored = false }: RecordedEtcdFacts): string[] {
  if (abandonedEtcd === "" || (isRestored && recorded?.clusterId === abandonedEtcd)) return [];
  const remove = `\`${change({ abandonedEtcd: undefined })}\` removes it.`;
  if (recorded?.clusterId === abandonedEtcd && clusterId === abandonedEtcd) {
    return [
      `Etcd cluster ${abandonedEtcd} is said to be given up, which is in use: its loss would be taken as given up. ${remove}`,
    ];
  }
  if (recorded?.clusterId === abandonedEtcd) return [];
  return [`Etcd cluster ${abandonedEtcd} is said to be given up, which this stack does not use any more. ${remove}`];
}
