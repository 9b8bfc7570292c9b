import type { AskedMember } from "../members/asked-member.ts";
import type { MigrationRecord } from "../record/migration-record.ts";
import type { LastKnown } from "./what-is-lost.ts";

/** The highest revision of the recorded etcd that the record or any of its members tells of. */
export function lastKnownOf(
  stack: MigrationRecord | undefined,
  _members: readonly AskedMember[] = [],
): LastKnown | undefined {
  const { etcdRevision: revision, etcdRevisionAt: at } = stack ?? {};
  if (revision === undefined || at === undefined || !/^\d+$/.test(revision)) return undefined;
  return { revision: BigInt(revision), at, by: "the last look at that etcd" };
}
