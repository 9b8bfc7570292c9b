import type { WrittenKeys } from "../copy/write/write-journal.ts";
import type { OpenStore } from "../connect/open-store.ts";
import { leaseName } from "../lease/lease-place.ts";
import type { InterruptibleLease } from "../lease/interruption.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import type { ClusterPort } from "../trident/port/cluster-port.ts";
import { withoutFullStop } from "../kubernetes/errors.ts";
import { newTridentName } from "../trident/new/new-trident.ts";
import { describeFailure } from "../wording/describe-failure.ts";

/** A migration that has found what to migrate, and has checked nothing yet. */
export interface BegunMigration {
  readonly cluster: ClusterPort;
  readonly lease: InterruptibleLease;
  readonly legacy: LegacyTrident;
  readonly record: MigrationRecord;
  readonly startedAt: Date;
  readonly report: (line: string) => void;
}

/** One migration under way: what its steps share. */
export interface Migration extends BegunMigration {
  readonly destination: OpenStore;
  /** All that its passes wrote, and what an earlier run had left: what an undo deletes. */
  readonly written: WrittenKeys;
}

/** What became of the legacy Trident when the migration failed. */
export type LegacyOutcome =
  /** Nothing had been stopped yet. */
  | { readonly kind: "untouched" }
  | { readonly kind: "restored"; readonly replicas: number }
  /** Trident had been uninstalled before: nothing was stopped, and its claim was only read. */
  | { readonly kind: "claimAsFound"; readonly claim: string }
  /** The new one has taken its place: only tidying up is left. */
  | { readonly kind: "superseded" }
  /** The new one has served, and what it wrote could not be carried back: it is kept. */
  | { readonly kind: "newKept"; readonly why: unknown; readonly serves: boolean }
  /** Stopped, with the new one serving, as a run that was killed had left them. */
  | { readonly kind: "leftAsFound"; readonly namespace: string; readonly isMove?: boolean }
  | { readonly kind: "notRestored"; readonly why: unknown; readonly command: string }
  /** The Lease went to another run, which may have begun to change all of it. */
  | { readonly kind: "leftToOther"; readonly lease: string; readonly namespace: string };

/**
 * The one error that a migration fails with: its cause, what became of the legacy Trident, and what could not be cleaned
 * up. `cause` keeps the first failure, whatever failed after it.
 */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
  readonly legacy: LegacyOutcome["kind"];
  readonly during: string;

  constructor(options: {
    /** Completes `The migration failed while ...`. */
    readonly during: string;
    readonly cause: unknown;
    readonly legacy: LegacyOutcome;
    /** Full sentences about what is left behind. */
    readonly leftBehind?: readonly string[];
  }) {
    const sentences = [
      `The migration of Trident's state failed while ${options.during}: ${withoutFullStop(describeFailure(options.cause))}.`,
      describeOutcome(options.legacy),
      ...(options.leftBehind ?? []),
    ];
    super(sentences.join(" "), { cause: options.cause });
    this.legacy = options.legacy.kind;
    this.during = options.during;
  }
}

/** What an action raises that leaves the legacy Trident so is raised as a MigrationError. */
export async function leaving<T>(legacy: LegacyOutcome, during: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new MigrationError({ during, cause, legacy });
  }
}

/** As leaving, before anything was stopped. */
export function leavesUntouched<T>(during: string, action: () => T | Promise<T>): Promise<T> {
  return leaving({ kind: "untouched" }, during, action);
}

/** The error of a run that has lost the Lease, whatever else it failed with. */
export function leftToOther(namespace: string, during: string, loss: unknown): MigrationError {
  return new MigrationError({ during, cause: loss, legacy: { kind: "leftToOther", lease: leaseName, namespace } });
}

function describeOutcome(legacy: LegacyOutcome): string {
  switch (legacy.kind) {
    case "untouched":
      return "Nothing was changed: the old Trident is as it was.";
    case "restored":
      return legacy.replicas > 0
        ? "The old Trident is serving again with its etcd, and no state is lost; the next `pulumi up` starts over."
        : "The old Trident is at 0 replicas, as it was before; the next `pulumi up` starts over.";
    case "claimAsFound":
      return `PersistentVolumeClaim ${legacy.claim} is as it was, and no Trident serves, as before; the next \`pulumi up\` starts over.`;
    case "superseded":
      return "All of the state is copied and verified, and nothing is taken back; the next `pulumi up` ends what is left.";
    case "leftAsFound":
      if (legacy.isMove === true) {
        return "Trident is left as a run that was killed had left it, on the etcd that its Deployment names; the next `pulumi up` goes on from there.";
      }
      return (
        "The old Trident is stopped, and the new one serves if it did, as a run that was killed had left them; the next " +
        "`pulumi up` goes on from there. `pulumi destroy` puts the old one back, with what the new one has written since. To " +
        "start over with that, stop the new one first: " +
        `\`kubectl --namespace ${legacy.namespace} scale deployment ${newTridentName} --replicas=0\`.`
      );
    case "newKept":
      return (
        `The new Trident had come to serve and is kept, since what it wrote would be lost: ` +
        `${withoutFullStop(describeFailure(legacy.why))}. The old Trident stays stopped. ` +
        (legacy.serves
          ? "The new one serves; the next `pulumi up` goes on from there."
          : "The new one could NOT be started again: NO Trident serves now.")
      );
    case "notRestored":
      return (
        `The old Trident could NOT be started again (${withoutFullStop(describeFailure(legacy.why))}). Its state is ` +
        `intact where it was; start it with \`${legacy.command}\`.`
      );
    case "leftToOther":
      return (
        `What this run had begun is left as it is, and it changes nothing any more: whatever the old Trident, the new one and the ` +
        `new etcd are now is up to the run that has the Lease (\`kubectl --namespace ${legacy.namespace} get lease ` +
        `${legacy.lease}\`). Where none has it, the next \`pulumi up\` goes on from there.`
      );
  }
}
