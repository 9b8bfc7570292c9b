import { describeBytes } from "../../wording/describe-amount.ts";
import { counted } from "../../wording/counted.ts";
import type { KeptThing } from "../../destroy/kept-report.ts";
import { describeWholePlan } from "./describe-whole-plan.ts";
import type { LegacyPlan, MigrationPlan, StatePlan } from "../migration-plan.ts";
import { isRoutine } from "../rules/stack/stack-objects.ts";
import {
  blockerLines,
  describeCluster,
  describeDestination,
  describeKinds,
  headline,
  items,
  restoreRows,
  rows,
  section,
  snapshotRows,
  stepLines,
} from "./plan-lines.ts";

/** `short`: what is to be known before going on, at most some 40 lines of a terminal; `full`: all that the plan knows. */
export type PlanDetail = "short" | "full";

/** The plan as one block for the person who reads it before anything is done. With blockers it is these, and little else. */
export function describePlan(plan: MigrationPlan, detail: PlanDetail = "short"): string {
  if (detail === "full") return describeWholePlan(plan);
  const isBlocked = plan.blockers.length > 0;
  return [headline(plan), ...rows(aboutWhat(plan)), ...(isBlocked ? blockerLines(plan) : whatIsDone(plan))].join("\n");
}

function aboutWhat(plan: MigrationPlan): (readonly [name: string, text: string])[] {
  const cluster = ["cluster", describeCluster(plan)] as const;
  const why = ["why", plan.why] as const;
  if (plan.blockers.length > 0) return [cluster, why];
  const { flow, legacy, move, state, steps } = plan;
  return [
    cluster,
    ...(steps.length === 0 ? [] : [why]),
    ...(legacy === undefined ? [] : [["old Trident", describeLegacy(legacy)] as const, ...carriedRow(legacy)]),
    ...(move === undefined ? [] : [["moved from", move.etcd] as const]),
    ...restoreRows(plan),
    ...(state === undefined
      ? []
      : [[flow === "rollback" ? "to carry back" : "to move", describeState(state)] as const]),
  ];
}

function describeLegacy({ deployment, tridentVersion, etcdVersion, claim, isUninstalled }: LegacyPlan): string {
  if (isUninstalled === true) return `uninstalled, its state on PersistentVolumeClaim ${claim.name}`;
  const versions = [
    `Deployment ${deployment}`,
    ...(tridentVersion === undefined ? [] : [`Trident ${tridentVersion}`]),
    ...(etcdVersion === undefined ? [] : [`etcd ${etcdVersion}`]),
  ];
  return `${versions.join(", ")} on PersistentVolumeClaim ${claim.name}`;
}

/** The reasons why something is not carried are in the whole plan. */
function carriedRow({ carried = [], notCarried = [] }: LegacyPlan): (readonly [name: string, text: string])[] {
  const left = notCarried.map((text) => text.split(": ")[0] ?? text).join("; ");
  const parts = [...(carried.length === 0 ? [] : [carried.join(", ")]), ...(left === "" ? [] : [`not ${left}`])];
  return parts.length === 0 ? [] : [["carried over", parts.join("; ")]];
}

function describeState({ keys, bytes, counts }: StatePlan): string {
  const size = bytes === undefined ? "" : `, ${describeBytes(bytes)}`;
  return `${counted(keys, "key")}${size}${describeKinds(counts)}`;
}

function whatIsDone(plan: MigrationPlan): string[] {
  const objects = plan.objects.filter((each) => !isRoutine(each));
  return [
    ...describeDestination(plan.destination).lines,
    ...rows(snapshotRows(plan)),
    ...section("Risks", items(plan.risks)),
    ...section("What happens", stepLines(plan)),
    ...section(
      "What is not as usual",
      items(objects.map(({ object, made, becomes }) => `${object}, made ${made}: ${becomes}.`)),
    ),
    `\`pulumi destroy\` would keep, as far as it is there: ${plan.destroyKeeps.map(nameOf).join(", ")}.`,
    ...(plan.beforeAnUpgrade === undefined ? [] : [upgradeHint]),
  ];
}

/** Whoever upgrades one day reads the whole plan, or the page. */
const upgradeHint = "Before an upgrade to Trident 19.07 or later comes a rollback: docs/after-19.04.md.";

/** What it is, without what is to be known of it. */
function nameOf({ what }: KeptThing): string {
  return what.split(/[,:]? [(]|[,:] | of the old Trident/)[0] ?? what;
}
