import { change } from "../../../wording/change.ts";
import type { Blocker } from "../../../blockers/blocker.ts";
import { majorityOf } from "../../../connect/cluster-members.ts";
import { leftBehindMembers, listedMembers, servingMembers, type AskedMember } from "../../../members/asked-member.ts";
import { counted } from "../../../wording/counted.ts";
import type { Flow } from "../../migration-plan.ts";
import type { PlanFacts } from "../../plan-facts.ts";
import type { PlanRequest } from "../../plan-request.ts";
import { etcdClusterSizeOf } from "../../../members/quorum.ts";
import { atRisk, blockedBy, nothingFound, together, type Findings } from "../findings.ts";
import { isOlderLine, parseVersion, versionOfImage, type Version } from "./version.ts";

/** What is asked for, and what runs: asked of the pods, since Pulumi's state may be older than both. */
export interface RunningFacts {
  readonly flow: Flow;
  /** The stack's own Deployment of Trident. */
  readonly deployment: string;
  readonly tridentImage: string;
  /** Undefined while the stack's Trident does not stand. */
  readonly runningTridentImage: string | undefined;
  /** Those of the stack's own etcd; none where it is somebody else's. */
  readonly members: readonly AskedMember[];
  readonly etcdVersion: string;
  /** What the EtcdCluster asks for now: an image's tag, whose etcd may be of another patch. Undefined while there is none. */
  readonly etcdClusterVersion: string | undefined;
  /** How many members it asks for now. */
  readonly etcdClusterSize: number | undefined;
  readonly size: number;
}

export function runningFacts(
  request: PlanRequest,
  { flow, etcdCluster, members = [], newTrident }: PlanFacts,
): RunningFacts {
  const containers = newTrident?.spec?.template.spec?.containers ?? [];
  return {
    ...{ flow: flow.flow, deployment: request.legacyDeployment, members },
    tridentImage: request.tridentImage,
    runningTridentImage: flow.removesTrident
      ? undefined
      : containers.find(({ name }) => name === "trident-main")?.image,
    ...{ etcdVersion: request.etcdVersion, size: request.etcdClusterSize },
    etcdClusterVersion: (etcdCluster?.spec as { readonly version?: string } | undefined)?.version,
    etcdClusterSize: etcdClusterSizeOf(etcdCluster),
  };
}

/** Settings that lead backwards, or faster than an etcd can go. */
export function checkRunningVersions(facts: RunningFacts): Findings {
  if (facts.flow === "rollback" || facts.flow === "rolledBack") return nothingFound;
  return together(
    blockedBy(...checkTridentImage(facts), ...checkEtcdVersion(facts), ...checkChange(facts)),
    atRisk("state", ...checkSize(facts)),
  );
}

function checkTridentImage({ deployment, tridentImage, runningTridentImage }: RunningFacts): Blocker[] {
  const [next, running] = [versionOfImage(tridentImage), versionOfImage(runningTridentImage ?? "")];
  if (next === undefined || running === undefined || !isOlderLine(next, running)) return [];
  return [
    {
      kind: "imageOlderThanData",
      object: "tridentImage",
      message:
        `Trident's image is to be ${tridentImage}, older than the Trident ${running.text} of Deployment ${deployment} that writes ` +
        `the state: an older one may not know what is in it.`,
      remedy: `Choose the same or a newer one: \`${change({ tridentImage: runningTridentImage })}\`.`,
    },
  ];
}

function checkEtcdVersion({ members, etcdVersion, etcdClusterVersion }: RunningFacts): Blocker[] {
  const next = versionIn(etcdVersion);
  const running = newestOf(members);
  const set = versionIn(etcdClusterVersion ?? "");
  if (next === undefined) return [];
  const older = running !== undefined && isOlderLine(next, running) ? running : set;
  if (older !== undefined && isOlder(next, older)) {
    return [
      {
        kind: "imageOlderThanData",
        object: "etcdVersion",
        message: `The etcd is to be of version ${next.text}, and members run etcd ${older.text}: an etcd does not go back.`,
        remedy: `Choose the same or a newer one: \`${change({ etcdVersion: etcdClusterVersion ?? older.text })}\`.`,
      },
    ];
  }
  if (running === undefined || (next.major === running.major && next.minor <= running.minor + 1)) return [];
  const keep = etcdClusterVersion ?? running.text;
  return [
    {
      kind: "etcdVersionSkipped",
      object: "etcdVersion",
      message:
        `The etcd is to be of version ${next.text}, and members run etcd ${running.text}: an etcd is upgraded by one minor version at a ` +
        `time, and members that are further apart don't form a cluster.`,
      remedy:
        `Choose a version of ${running.major}.${running.minor + 1} first, run \`pulumi up\`, and go on from there; or keep it: ` +
        `\`${change({ etcdVersion: keep })}\`.`,
    },
  ];
}

/** The operator takes away or restarts one member after the other, whoever of them serves. */
function checkChange({ members, etcdVersion, etcdClusterVersion, etcdClusterSize, size }: RunningFacts): Blocker[] {
  const listed = listedMembers(members);
  const serving = servingMembers(members).length;
  // A lost majority is told of elsewhere.
  if (listed === 0 || serving === listed || serving < majorityOf(listed)) return [];
  const next = versionIn(etcdVersion);
  const set = versionIn(etcdClusterVersion ?? "");
  const upgrades = next !== undefined && set !== undefined && isOlder(set, next);
  const asked = etcdClusterSize ?? listed;
  const shrinks = size < asked;
  if (!upgrades && !shrinks) return [];
  const [first] = leftBehindMembers(members, asked);
  if (first !== undefined) {
    return [
      {
        kind: "membersMissing",
        object: upgrades ? "etcdVersion" : "etcdClusterSize",
        message: `The etcd is to change while its list has a member, ${first.name}, that has no pod any more: until it is off the list the etcd may lose its quorum by that, and its state with it.`,
        remedy: [
          "Take it off first, which an `up` without that change does:",
          ...(upgrades ? [`  ${change({ etcdVersion: etcdClusterVersion ?? "" })}`] : []),
          // Odd numbers only.
          ...(shrinks ? [`  ${change({ etcdClusterSize: asked % 2 === 0 ? asked + 1 : asked })}`] : []),
          "  pulumi up",
        ].join("\n"),
      },
    ];
  }
  const becomes = shrinks ? `from ${asked} members to ${size}` : `to version ${next?.text ?? etcdVersion}`;
  return [
    {
      kind: "membersMissing",
      object: shrinks ? "etcdClusterSize" : "etcdVersion",
      message: `The etcd is to go ${becomes} while only ${serving} of its ${listed} members serve: with one fewer it may lose its quorum, and its state with it.`,
      remedy:
        "Wait until the etcd-operator has replaced those that are missing, which takes a minute or so, and run this again.",
    },
  ];
}

function checkSize({ members, etcdClusterSize, size }: RunningFacts): string[] {
  const listed = etcdClusterSize ?? listedMembers(members);
  if (listedMembers(members) === 0 || size >= listed) return [];
  if (size > 1) {
    return [
      `etcdClusterSize goes from ${listed} to ${size}: the etcd bears the loss of ` +
        `${counted(size - majorityOf(size), "member")} then, not of ${listed - majorityOf(listed)}.`,
    ];
  }
  return [
    `etcdClusterSize goes from ${listed} to 1: the only copy of Trident's state is then in one pod (emptyDir), and WHEN THAT POD GOES, ` +
      `BY A DRAINED NODE OR AN EVICTION, ALL OF IT IS LOST. \`${change({ etcdClusterSize: listed })}\` keeps the others.`,
  ];
}

function newestOf(members: readonly AskedMember[]): Version | undefined {
  const versions = members.flatMap((each) => (each.kind === "answers" ? (parseVersion(each.view.version) ?? []) : []));
  return versions.sort((one, other) => (isOlder(one, other) ? 1 : -1))[0];
}

/** Without the digest that may follow. */
function versionIn(text: string): Version | undefined {
  return parseVersion(text.split("@")[0] ?? "");
}

function isOlder(one: Version, other: Version): boolean {
  if (one.major !== other.major || one.minor !== other.minor) return isOlderLine(one, other);
  return one.patch < other.patch;
}
