import type { AskedMember } from "../members/asked-member.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { SavedReport } from "../snapshot/schedule/run-report.ts";
import type { LastKnown } from "./what-is-lost.ts";

/**
 * The highest revision of the recorded etcd that the record, a snapshot by schedule or any of its members tells of.
 *
 * @param scheduled the newest. A snapshot does not say of which etcd it is: one from before the last look may be of an earlier one.
 */
export function lastKnownOf(
  stack: MigrationRecord | undefined,
  members: readonly AskedMember[] = [],
  scheduled?: Pick<SavedReport, "file" | "savedAt" | "revision">,
): LastKnown | undefined {
  const recorded = laterOf(recordedRevision(stack), scheduled);
  const ofMembers = members.flatMap((each) =>
    each.kind === "answers" && each.view.clusterId === stack?.etcdClusterId ? [each] : [],
  );
  const [member] = ofMembers.sort((one, other) => Number(other.view.revision - one.view.revision));
  if (member === undefined || (recorded !== undefined && recorded.revision >= member.view.revision)) return recorded;
  return { revision: member.view.revision, by: `${member.pod} has` };
}

function recordedRevision(stack: MigrationRecord | undefined): LastKnown | undefined {
  const { etcdRevision: revision, etcdRevisionAt: at } = stack ?? {};
  if (revision === undefined || at === undefined || !/^\d+$/.test(revision)) return undefined;
  return { revision: BigInt(revision), at, by: "the last look at that etcd saw" };
}

function laterOf(
  recorded: LastKnown | undefined,
  scheduled: Pick<SavedReport, "file" | "savedAt" | "revision"> | undefined,
): LastKnown | undefined {
  if (recorded?.at === undefined || scheduled === undefined) return recorded;
  const { file, savedAt, revision } = scheduled;
  if (savedAt.getTime() < Date.parse(recorded.at) || BigInt(revision) <= recorded.revision) return recorded;
  return { revision: BigInt(revision), at: savedAt.toISOString(), by: `snapshot ${file} has` };
}
