import type { AskedMember } from "../members/asked-member.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { LastKnown } from "./what-is-lost.ts";

/** The highest revision of the recorded etcd that the record or any of its members tells of. */
export function lastKnownOf(
  stack: MigrationRecord | undefined,
  members: readonly AskedMember[] = [],
): LastKnown | undefined {
  const recorded = recordedRevision(stack);
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
