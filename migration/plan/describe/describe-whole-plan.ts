import { describeBytes } from "../../wording/describe-amount.ts";
import { counted, describeCount } from "../../wording/counted.ts";
import { describeKept } from "../../destroy/kept-report.ts";
import type {
  ClaimPlan,
  LegacyPlan,
  MigrationPlan,
  PlannedCertificate,
  StateCounts,
  StatePlan,
} from "../migration-plan.ts";
import {
  blockerLines,
  describeCluster,
  describeDestination,
  headline,
  items,
  restoreRows,
  rows,
  section,
  snapshotRows,
  stepLines,
} from "./plan-lines.ts";

/** All that the plan knows: for a file, a report, and whoever asks for it. */
export function describeWholePlan(plan: MigrationPlan): string {
  const destination = describeDestination(plan.destination);
  const lines = [
    headline(plan),
    ...rows([
      ["why", plan.why],
      ["cluster", describeCluster(plan)],
      ...(plan.move === undefined ? [] : [["moved from", plan.move.etcd] as const]),
      ...restoreRows(plan),
    ]),
    ...blockerLines(plan),
    ...section("Risks", items(plan.risks)),
    ...section("The old Trident", plan.legacy === undefined ? [] : legacyLines(plan.legacy)),
    ...section(
      plan.flow === "rollback" ? "The state to carry back" : "The state to move",
      plan.state === undefined ? [] : stateLines(plan.state),
    ),
    ...section(destination.title, [...destination.lines, ...rows(snapshotRows(plan))]),
    ...section("What happens", stepLines(plan)),
    ...section("What exists already", objectLines(plan)),
    ...section("Certificates", certificateLines(plan.certificates)),
    ...section("What stays behind", items(plan.staysBehind)),
    ...section("Before an upgrade", plan.beforeAnUpgrade === undefined ? [] : items([plan.beforeAnUpgrade])),
    ...section("A later destroy removes", items(plan.destroyRemoves)),
    ...section("A later destroy keeps", items(plan.destroyKeeps.map(describeKept))),
  ];
  return lines.join("\n");
}

function legacyLines(legacy: LegacyPlan): string[] {
  if (legacy.isUninstalled === true) {
    return rows([
      ["Deployment", `${legacy.deployment} is gone: Trident was uninstalled`],
      ["etcd", `the first of these that can read it: ${(legacy.triedEtcdImages ?? []).join(", ")}`],
      ["claim", describeClaim(legacy.claim)],
    ]);
  }
  return rows([
    ["Deployment", `${legacy.deployment}, ${counted(legacy.replicas, "replica")}`],
    ["Trident", versionAndImage(legacy.tridentVersion, legacy.tridentImage)],
    ["etcd", versionAndImage(legacy.etcdVersion, legacy.etcdImage)],
    ["claim", describeClaim(legacy.claim)],
    ...(legacy.carried === undefined ? [] : [["carried over", `of its pod: ${legacy.carried.join(", ")}`] as const]),
    ...(legacy.notCarried === undefined
      ? []
      : [["not carried", `of its pod: ${legacy.notCarried.join("; ")}`] as const]),
  ]);
}

function versionAndImage(version: string | undefined, image: string): string {
  return version === undefined ? `image ${image}` : `${version}, image ${image}`;
}

function describeClaim({ name, phase, volume, reclaimPolicy, storageClass, capacity }: ClaimPlan): string {
  const parts = [
    `PersistentVolumeClaim ${name}`,
    ...(phase === undefined ? [] : [phase]),
    ...(volume === undefined
      ? []
      : [`PersistentVolume ${volume}${reclaimPolicy === undefined ? "" : ` (reclaim policy ${reclaimPolicy})`}`]),
    ...(storageClass === undefined ? [] : [`class ${storageClass}`]),
    ...(capacity === undefined ? [] : [capacity]),
  ];
  return parts.join(", ");
}

function stateLines(state: StatePlan): string[] {
  const size = state.bytes === undefined ? "not measured" : describeBytes(state.bytes);
  return rows([
    ["keys", `${describeCount(state.keys)}: ${describeCounts(state.counts)}`],
    ["size", `${size}, keys and values`],
    ["store version", state.storeVersion ?? "not found"],
    ["revision", `${state.revision} of etcd cluster ${state.clusterId}`],
  ]);
}

function describeCounts(counts: StateCounts): string {
  return [
    counted(counts.backends, "backend"),
    counted(counts.volumes, "volume"),
    counted(counts.storageClasses, "storage class", "storage classes"),
    counted(counts.nodes, "node"),
    counted(counts.transactions, "open transaction"),
    `${describeCount(counts.other)} other`,
  ].join(", ");
}

function objectLines({ objects }: MigrationPlan): string[] {
  return objects.map(({ object, made, becomes }) => `  ${object}, made ${made}: ${becomes}.`);
}

function certificateLines(certificates: readonly PlannedCertificate[]): string[] {
  return certificates.map(({ name, secret, from, expires, validHours }) =>
    expires === undefined
      ? `  ${name} (Secret ${secret}): to be made, valid for ${counted(validHours ?? 0, "hour")}`
      : `  ${name} (Secret ${secret}): ${from === undefined ? "" : `${from}, `}valid until ${expires}`,
  );
}
