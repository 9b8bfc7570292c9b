import { change } from "../../../wording/change.ts";

/** What there is to restore a lost etcd from, each undefined where there is none. */
export interface RestorableFrom {
  /** The pod of a member that answers without the others. */
  readonly member?: string | undefined;
  /** Whether members keep their data on claims, which outlive their pods. */
  readonly hasMemberClaims?: boolean;
  /** The newest snapshot that is kept on this machine. */
  readonly newest?: { readonly file: string; readonly savedAt?: string } | undefined;
  /** The newest on the schedule's claim that is known of. */
  readonly scheduled?: { readonly file: string; readonly savedAt: string } | undefined;
  /** Of the old Trident, whose state was migrated from it. */
  readonly legacyClaim?: string | undefined;
}

/** The commands by which the state is brought back, with what each source of it lacks. */
export function waysToRestore(
  { clusterId, isKept = false }: { readonly clusterId: string | undefined; readonly isKept?: boolean },
  { member, hasMemberClaims = false, newest, scheduled, legacyClaim }: RestorableFrom,
  up: "pulumi up" | "pulumi up --refresh",
): string[] {
  const kept =
    newest?.savedAt === undefined
      ? "the newest snapshot that is kept here: what was written after it is lost"
      : `the newest snapshot that is kept here: what was written since ${newest.savedAt} is lost`;
  const moments = "it may lack what was written in the last moments before the loss";
  const claims = hasMemberClaims ? "what is on the members' claims" : undefined;
  const left = member === undefined ? claims : `what ${member} has`;
  const sources: (readonly [from: string, what: string])[] = [
    ...(left === undefined ? [] : [["member", `${left}: ${moments}`] as const]),
    newest === undefined
      ? ["FILE", "a snapshot that you have: what was written after it is lost"]
      : [newest.file, kept],
    ...(scheduled === undefined
      ? []
      : [[`claim:${scheduled.file}`, `of the schedule: what was written since ${scheduled.savedAt} is lost`] as const]),
    ...(legacyClaim === undefined
      ? []
      : [["legacyClaim", `PersistentVolumeClaim ${legacyClaim}: the state as it was at the migration`] as const]),
  ];
  const [[first, what] = ["FILE", ""], ...others] = sources;
  return [
    "To bring the state back from the first of these that there is (docs/lost-etcd.md):",
    ...(clusterId === undefined || isKept ? [] : [`  ${change({ abandonedEtcd: clusterId })}`]),
    `  ${change({ restoreFrom: first })}  # ${what}`,
    ...others.map(([from, lacks]) => `  # or ${change({ restoreFrom: from })}  # ${lacks}`),
    `  ${up}`,
  ];
}
