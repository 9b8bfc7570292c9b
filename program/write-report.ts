import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describeReport, type RunOutcome } from "@trident-etcd/migration/plan/describe/describe-report.ts";
import { inSettings } from "@trident-etcd/migration/wording/in-settings.ts";
import type { MigrationPlan } from "@trident-etcd/migration/plan/migration-plan.ts";
import type { MigrationResult } from "@trident-etcd/migration/record/migration-result.ts";

import type { Trident } from "../components/trident/trident.ts";
import type { TridentsEtcd } from "./tridents-etcd.ts";

/** What there is to report once Trident serves, whose Deployment's name is known then, or an etcd alone. */
export function outcomeOf(
  etcd: TridentsEtcd,
  trident: Trident | undefined,
  migration: pulumi.Output<MigrationResult> | undefined,
): pulumi.Input<RunOutcome> {
  return pulumi
    .all([etcd.etcdClientEndpoint, etcd.members, etcd.certificateExpiry, migration, trident?.deploymentName])
    .apply(([clientEndpoint, members, expiry, migrated]) => ({
      clientEndpoint,
      members,
      certificateExpiry: { ...expiry },
      migration: migrated,
    }));
}

/**
 * Writes the report once all that it tells of is known; a preview never does. A run that found nothing to do leaves the
 * report of the one that did. One that can't be written is no reason to fail what has been done.
 */
export function writeReport(file: string, plan: MigrationPlan, outcome: pulumi.Input<RunOutcome>): void {
  if (file === "" || pulumi.runtime.isDryRun()) return;
  pulumi.output(outcome).apply(async (known) => {
    if (plan.steps.length === 0 && existsSync(file)) return;
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, inSettings(describeReport(plan, known as RunOutcome)));
    } catch (error) {
      await pulumi.log.warn(`The report (setting report) can't be written to ${file}: ${(error as Error).message}`);
    }
  });
}
