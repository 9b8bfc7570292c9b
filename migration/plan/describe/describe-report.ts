import type { MigrationResult } from "../../record/migration-result.ts";
import { describePlan } from "./describe-plan.ts";
import type { MigrationPlan } from "../migration-plan.ts";

/** What came of a run: the stack's outputs. */
export interface RunOutcome {
  readonly migration?: MigrationResult | undefined;
  readonly clientEndpoint: string;
  readonly members: readonly string[];
  /** Of the certificates by their names, as RFC 3339. */
  readonly certificateExpiry: Readonly<Record<string, string>>;
}

/** A report in Markdown for those who were asleep: what was moved, the proof of it, and the plan that it followed. */
export function describeReport(plan: MigrationPlan, outcome: RunOutcome): string {
  const { migration, clientEndpoint, members, certificateExpiry } = outcome;
  return [
    `# ${migration === undefined ? "Trident's etcd" : "The migration of Trident's state"} in namespace ${plan.namespace}`,
    "",
    ...(migration === undefined ? [] : [...table(migrationRows(migration)), ""]),
    "## The new etcd",
    "",
    ...table([
      ["endpoint for clients", clientEndpoint],
      ["members", members.join(", ")],
      ...Object.entries(certificateExpiry).map(([name, end]) => [`${name} certificate ends`, end] as const),
    ]),
    "",
    "## The plan that was followed",
    "",
    "```text",
    describePlan(plan, "full"),
    "```",
    "",
  ].join("\n");
}

/** What an older version of this program migrated lacks what that version did not know. */
function migrationRows(migration: Partial<MigrationResult>): (readonly [string, string])[] {
  const { changedKeys: changed } = migration;
  const rows: (readonly [name: string, value: string | number | undefined])[] = [
    ["keys", migration.keys],
    ["bytes", migration.bytes],
    ["SHA-256 of all keys and values", migration.sha256],
    ["source", cluster(migration.sourceClusterId, migration.sourceRevision)],
    ["destination", cluster(migration.destinationClusterId, migration.destinationRevision)],
    ["copied while the old Trident served", migration.firstPassKeys],
    [
      "changed meanwhile",
      changed && `${changed.created} created, ${changed.replaced} replaced, ${changed.deleted} deleted`,
    ],
    ["started", migration.startedAt],
    ["old Trident stopped", migration.cutOverAt],
    ["seconds without a Trident", migration.outageSeconds],
    ["ended", migration.finishedAt],
    ["snapshot of the old etcd", migration.snapshot ?? "none"],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const]));
}

function cluster(id: string | undefined, revision: string | undefined): string | undefined {
  return id === undefined || revision === undefined ? undefined : `etcd cluster ${id}, revision ${revision}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  return ["| | |", "|---|---|", ...rows.map(([name, text]) => `| ${name} | ${text.replaceAll("|", "\\|")} |`)];
}
