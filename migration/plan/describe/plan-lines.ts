import { describeBytes, describeDuration } from "../../wording/describe-amount.ts";
import { counted, describeCount } from "../../wording/counted.ts";
import type {
  DestinationPlan,
  ManagedDestinationPlan,
  MigrationPlan,
  PlannedStep,
  StateCounts,
} from "../migration-plan.ts";

// What the short and the whole description of a plan have in common.

/** In one sentence. */
export function headline(plan: MigrationPlan): string {
  const { flow, namespace, migratedAt, rolledBackAt, steps } = plan;
  const { etcd } = describeDestination(plan.destination);
  if (plan.restore?.isDone === false)
    return `Plan for namespace ${namespace}: restore what ${plan.restore.from} names into ${etcd}.`;
  const headlines = {
    install: `Plan for namespace ${namespace}: install Trident on ${etcd}.`,
    migrate: `Plan for namespace ${namespace}: move Trident's state to ${etcd}.`,
    resume: `Plan for namespace ${namespace}: finish the migration that an earlier run began.`,
    migrated: `Namespace ${namespace} was migrated${migratedAt === undefined ? "" : ` on ${migratedAt}`}; nothing is copied again.`,
    installed: `Namespace ${namespace} has the Trident of this stack; there is nothing to migrate.`,
    rollback: `Plan for namespace ${namespace}: put the old Trident back on its embedded etcd, with what changed since.`,
    rolledBack: `Namespace ${namespace} was rolled back${rolledBackAt === undefined ? "" : ` on ${rolledBackAt}`}; the old Trident has its embedded etcd again.`,
    move: `Plan for namespace ${namespace}: move Trident from ${plan.move?.etcd ?? "its etcd"} to ${etcd}.`,
    installEtcd: `Plan for namespace ${namespace}: make an etcd alone, without Trident.`,
    etcdInstalled:
      steps.length === 0
        ? `Namespace ${namespace} has an etcd alone, without Trident; there is nothing to do.`
        : `Plan for namespace ${namespace}: leave the etcd alone, without Trident.`,
  };
  return headlines[flow];
}

/** What is restored, and what is lost by that. */
export function restoreRows({ restore }: MigrationPlan): (readonly [name: string, text: string])[] {
  if (restore === undefined || restore.isDone) return [];
  const { from, snapshot, keys, counts, loss } = restore;
  const size =
    keys === undefined ? "" : `, ${counted(keys, "key")}${counts === undefined ? "" : describeKinds(counts)}`;
  const at = snapshot?.savedAtBy === "file" ? ", by the file's own time" : "";
  const what =
    snapshot === undefined
      ? from
      : `${snapshot.file} of ${snapshot.savedAt}${at}, revision ${snapshot.revision}` +
        `${snapshot.etcdVersion === undefined ? "" : ` of etcd ${snapshot.etcdVersion}`}${size}`;
  return [["to restore", what] as const, ...(loss === undefined ? [] : [["lost", loss] as const])];
}

/** `: 2 backends, 5 volumes` */
export function describeKinds(counts: StateCounts): string {
  const kinds: readonly (readonly [count: number, one: string, many?: string])[] = [
    [counts.backends, "backend"],
    [counts.volumes, "volume"],
    [counts.storageClasses, "storage class", "storage classes"],
    [counts.nodes, "node"],
  ];
  const parts = kinds.flatMap(([count, one, many]) => (count === 0 ? [] : [counted(count, one, many)]));
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

export function describeCluster({ cluster, kubernetesVersion }: MigrationPlan): string {
  return `${cluster}${kubernetesVersion === undefined ? "" : `, Kubernetes ${kubernetesVersion}`}`;
}

/** In a sentence, as a title, and all that is known of it. */
export function describeDestination(destination: DestinationPlan): { etcd: string; title: string; lines: string[] } {
  const { version, keys, equalKeys, foreignKeys } = destination;
  const compared =
    equalKeys === undefined || foreignKeys === undefined
      ? ""
      : `: ${describeCount(equalKeys)} as in the old one, ${describeCount(foreignKeys)} not`;
  const keysRow = ["keys", keys === undefined ? "not known" : `${describeCount(keys)}${compared}`] as const;
  const saysVersion = version === undefined ? "" : `, etcd ${version}`;
  switch (destination.kind) {
    case "managed": {
      const { name, exists, size } = destination;
      const lines = exists
        ? rows([["EtcdCluster", `${name}${answeringOf(destination)}${saysVersion}`], keysRow])
        : rows([["EtcdCluster", `${name}, to be made with ${counted(size, "member")}`]]);
      return { etcd: "an etcd cluster of its own", title: "The new etcd", lines };
    }
    case "existing": {
      const { endpoints, reached } = destination;
      const how = reached === undefined ? ", not reached from this machine" : `, reached ${reached}`;
      const lines = rows([["existing etcd", `${endpoints.join(", ")}${how}${saysVersion}`], keysRow]);
      return { etcd: "an existing etcd", title: "The etcd", lines };
    }
  }
}

function answeringOf({ size, members, answering = 0 }: ManagedDestinationPlan): string {
  if (members === undefined) return "";
  const becomes = members === size ? "" : ` (${size} are wanted)`;
  return `, ${answering} of ${counted(members, "member answers", "members answer")}${becomes}`;
}

/** What is saved by schedule, in a row or two. */
export function snapshotRows({ snapshots }: MigrationPlan): (readonly [name: string, text: string])[] {
  if (snapshots === undefined) return [];
  const { claim, schedule, keep = 0, keepDays = 0, makesClaim, last } = snapshots;
  const onto = `PersistentVolumeClaim ${claim}${makesClaim === true ? ", to be made" : ""}`;
  if (schedule === undefined) {
    return [["snapshots", `none by schedule; ${onto} stays, with those of before`]];
  }
  const kept = `the newest ${keep} and what is not older than ${counted(keepDays, "day")} stay`;
  return [
    ["snapshots", `by schedule (${schedule}) onto ${onto}; ${kept}`],
    ...(last === undefined
      ? []
      : [
          [
            "last snapshot",
            `${last.name}, ${describeBytes(last.bytes)}, revision ${last.revision}, read back then`,
          ] as const,
        ]),
  ];
}

export function stepLines({ flow, steps, outageEstimateSeconds, legacy, restore }: MigrationPlan): string[] {
  const numbered = steps.map((step, index) => `  ${index + 1}. ${step.what} (${stepTime(step)}).`);
  if (outageEstimateSeconds === undefined) return numbered;
  if (legacy?.isUninstalled === true) {
    return [
      ...numbered,
      `  Trident is away already, and stays so for about ${describeDuration(outageEstimateSeconds)} more: an estimate with images at hand.`,
      "  Volumes in use are not affected; none can be made, attached for the first time or deleted meanwhile.",
      `  If anything fails, PersistentVolumeClaim ${legacy.claim.name} is as it was; what the new Trident wrote stays in the new etcd.`,
    ];
  }
  return [
    ...numbered,
    `  Trident is away for about ${describeDuration(outageEstimateSeconds)}: an estimate from the number of keys, with images at hand.`,
    "  Volumes in use are not affected; none can be made, attached for the first time or deleted meanwhile.",
    restore?.isDone === false
      ? "  If anything fails, Trident stays stopped until the state is there: the next `pulumi up` goes on from where this one was."
      : flow === "rollback"
        ? "  If anything fails before the old Trident serves, the new one is started again."
        : "  If anything fails before that is recorded, the old Trident is put back as it was, with what the new one wrote.",
  ];
}

function stepTime({ stops, estimateSeconds }: PlannedStep): string {
  const seconds = estimateSeconds < 10 ? `${estimateSeconds} s` : describeDuration(estimateSeconds);
  const time = estimateSeconds === 0 ? "no time" : `about ${seconds}`;
  return stops === "nothing" ? time : `${time}, Trident is stopped`;
}

/** What each is, with its remedy. */
export function blockerLines({ blockers }: MigrationPlan): string[] {
  if (blockers.length === 0) return [];
  const headline =
    blockers.length === 1
      ? "Nothing is done before this is put right:"
      : `Nothing is done before these ${blockers.length} are put right:`;
  return [
    headline,
    ...blockers.flatMap(({ object, message, remedy }, index) => [
      `  ${index + 1}. ${object}: ${message}`,
      ...remedy.split("\n").map((line) => `     ${line}`),
    ]),
  ];
}

export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}

export function items(texts: readonly string[]): string[] {
  return texts.map((text) => `  - ${text}`);
}

/** In two columns. */
export function rows(entries: readonly (readonly [name: string, text: string])[]): string[] {
  return entries.map(([name, text]) => `  ${name.padEnd(14)} ${text}`);
}
