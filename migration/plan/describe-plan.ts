import { describeBytes, describeDuration } from "../command-line/describe-amount.ts";
import { counted, describeCount } from "../copy/counted.ts";
import { describeKept } from "../uninstall/kept-things.ts";
import type {
  ClaimPlan,
  DestinationPlan,
  LegacyPlan,
  MigrationPlan,
  PlannedCertificate,
  PlannedStep,
  StateCounts,
  StatePlan,
} from "./migration-plan.ts";

/** The plan as one block for the person who reads it before anything is done. What must be acted on comes last. */
export function describePlan(plan: MigrationPlan): string {
  const lines = [
    ...headLines(plan),
    ...section("The old Trident", plan.legacy === undefined ? [] : legacyLines(plan.legacy)),
    ...section(
      plan.flow === "rollback" ? "The state to carry back" : "The state to move",
      plan.state === undefined ? [] : stateLines(plan.state),
    ),
    ...section(plan.destination.kind === "managed" ? "The new etcd" : "The etcd", destinationLines(plan.destination)),
    ...section("What happens", stepLines(plan)),
    ...section("What exists already", objectLines(plan)),
    ...section("Certificates", certificateLines(plan.certificates)),
    ...section("What stays behind", items(plan.staysBehind)),
    ...section("A later destroy removes", items(plan.destroyRemoves)),
    ...section("A later destroy keeps", items(plan.destroyKeeps.map(describeKept))),
    ...section("Risks", items(plan.risks)),
    ...blockerLines(plan),
  ];
  return lines.join("\n");
}

function headLines(plan: MigrationPlan): string[] {
  const { flow, why, namespace, cluster, kubernetesVersion, migratedAt, rolledBackAt } = plan;
  const etcd = plan.destination.kind === "managed" ? "an etcd cluster of its own" : "an existing etcd";
  const headlines = {
    install: `Plan for namespace ${namespace}: install Trident on ${etcd}.`,
    migrate: `Plan for namespace ${namespace}: move Trident's state to ${etcd}.`,
    resume: `Plan for namespace ${namespace}: finish the migration that an earlier run began.`,
    migrated: `Namespace ${namespace} was migrated${migratedAt === undefined ? "" : ` on ${migratedAt}`}; nothing is copied again.`,
    installed: `Namespace ${namespace} has the Trident of this stack; there is nothing to migrate.`,
    rollback: `Plan for namespace ${namespace}: put the old Trident back on its embedded etcd, with what changed since.`,
    rolledBack: `Namespace ${namespace} was rolled back${rolledBackAt === undefined ? "" : ` on ${rolledBackAt}`}; the old Trident has its embedded etcd again.`,
  };
  const kubernetes = kubernetesVersion === undefined ? "" : `, Kubernetes ${kubernetesVersion}`;
  return [
    headlines[flow],
    ...rows([
      ["why", why],
      ["cluster", `${cluster}${kubernetes}`],
    ]),
  ];
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

function destinationLines(destination: DestinationPlan): string[] {
  const { version, keys, equalKeys, foreignKeys } = destination;
  const compared =
    equalKeys === undefined || foreignKeys === undefined
      ? ""
      : `: ${describeCount(equalKeys)} as in the old one, ${describeCount(foreignKeys)} not`;
  const keysRow = ["keys", keys === undefined ? "not known" : `${describeCount(keys)}${compared}`] as const;
  const saysVersion = version === undefined ? "" : `, etcd ${version}`;
  if (destination.kind === "existing") {
    const { endpoints, reached } = destination;
    const how = reached === undefined ? ", not reached from this machine" : `, reached ${reached}`;
    return rows([["existing etcd", `${endpoints.join(", ")}${how}${saysVersion}`], keysRow]);
  }
  const { name, exists, size, ready } = destination;
  if (!exists) return rows([["EtcdCluster", `${name}, to be made with ${counted(size, "member")}`]]);
  const members = ready === undefined ? "" : `, ${ready} of ${counted(size, "member")} ready`;
  return rows([["EtcdCluster", `${name}${members}${saysVersion}`], keysRow]);
}

function stepLines({ flow, steps, outageEstimateSeconds, legacy }: MigrationPlan): string[] {
  const numbered = steps.map((step, index) => `  ${index + 1}. ${step.what} (${stepTime(step)}).`);
  if (outageEstimateSeconds === undefined) return numbered;
  if (legacy?.isUninstalled === true) {
    return [
      ...numbered,
      `  Trident is away already, and stays so for about ${describeDuration(outageEstimateSeconds)} more: an estimate with images at hand.`,
      "  Volumes in use are not affected; none can be made, attached for the first time or deleted meanwhile.",
      `  If anything fails, PersistentVolumeClaim ${legacy.claim.name} is as it was; what the new Trident wrote is discarded.`,
    ];
  }
  return [
    ...numbered,
    `  Trident is away for about ${describeDuration(outageEstimateSeconds)}: an estimate from the number of keys, with images at hand.`,
    "  Volumes in use are not affected; none can be made, attached for the first time or deleted meanwhile.",
    flow === "rollback"
      ? "  If anything fails before the old Trident serves, the new one is started again."
      : "  If anything fails before that is recorded, the old Trident is put back as it was; what the new one wrote is discarded.",
  ];
}

function stepTime({ stops, estimateSeconds }: PlannedStep): string {
  const seconds = estimateSeconds < 10 ? `${estimateSeconds} s` : describeDuration(estimateSeconds);
  const time = estimateSeconds === 0 ? "no time" : `about ${seconds}`;
  return stops === "nothing" ? `${time}, nothing is stopped` : `${time}, Trident is stopped`;
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

function blockerLines({ blockers }: MigrationPlan): string[] {
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

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}

function items(texts: readonly string[]): string[] {
  return texts.map((text) => `  - ${text}`);
}

/** In two columns. */
function rows(entries: readonly (readonly [name: string, text: string])[]): string[] {
  return entries.map(([name, text]) => `  ${name.padEnd(14)} ${text}`);
}
