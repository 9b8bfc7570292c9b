import type { V1Deployment } from "@kubernetes/client-node";
import { isEtcdCluster } from "../connect/describe-address.ts";
import { servingMembers, type AskedMember } from "../members/asked-member.ts";
import type { ExistingEtcdAddress } from "../connect/etcd-address.ts";
import type { LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../record/migration-record.ts";
import { recordedResult } from "../record/migration-result.ts";
import type { Blocker } from "../blockers/blocker.ts";
import { oldTridentNotServing, recordInvalid } from "../blockers/legacy-blockers.ts";
import { foreignKeys, sourceUnreachable } from "../blockers/state-blockers.ts";
import { recordedRollback } from "../rollback/carried-back.ts";
import { recordedEtcd } from "../record/recorded-etcd.ts";
import { isInUse, judgeAnotherEtcd } from "./rules/etcd/another-etcd.ts";
import { judgeAuthorities, judgeBrought, planBrought } from "./rules/etcd/brought-certificates.ts";
import { judgeCertificates, planCertificates } from "./rules/etcd/certificates.ts";
import { judgeClaim, planClaim, type ClaimFacts } from "./rules/trident/claim.ts";
import { judgeClusterDns } from "./rules/etcd/cluster-dns.ts";
import type { Access, ServedObject } from "./read/cluster-reader.ts";
import { judgeManagers, type DeploymentManagers } from "./rules/trident/deployment-managers.ts";
import { judgeDefinition, withoutDefinition } from "./rules/stack/crd.ts";
import { judgeDestination, planDestination } from "./rules/etcd/destination.ts";
import { judgeExistingEtcd } from "./rules/etcd/existing-etcd.ts";
import { hasFirstPass } from "./flow/flow.ts";
import type { FlowFinding } from "./flow/flow-finding.ts";
import { inOrderOfWeight, risksOf, type Risk } from "./rules/findings.ts";
import { judgeRollback } from "./rules/trident/rollback.ts";
import { judgeState } from "./rules/trident/state.ts";
import type { Asked, StateLook } from "./read/state/read-state.ts";
import {
  isServing,
  type LegacyPlan,
  type MigrationPlan,
  type PlannedCertificate,
  type PlannedObject,
  type StatePlan,
} from "./migration-plan.ts";
import { routineFates } from "./rules/stack/object-fates.ts";
import { allMissing, cannotListEtcdClusters, judgePermissions, splitMissing } from "./rules/stack/permissions.ts";
import { judgeOwners } from "./rules/stack/other-stack.ts";
import { judgeOtherTridents, type OtherTridents } from "./rules/trident/other-tridents.ts";
import type { PlanRequest } from "./plan-request.ts";
import { judgeRunning, type RunningMigration } from "./rules/stack/running-migration.ts";
import { judgeObjects, missingObjects, type FoundObject } from "./rules/stack/stack-objects.ts";
import { outageOf, planSteps } from "./rules/outcome/steps.ts";
import { etcdClusterSizeOf, judgeMembers } from "./rules/etcd/members.ts";
import { judgeRecordedEtcd, type RecordedEtcdFacts } from "./rules/etcd/recorded-etcd.ts";
import { judgeRunningVersions } from "./rules/versions/running-versions.ts";
import { allServes, tridentDoesNotServe } from "./rules/trident/serving.ts";
import { findWorld, judgeTakeOver } from "./rules/stack/take-over.ts";
import { judgeVersions, versionOfImage, type Findings } from "./rules/versions/versions.ts";
import type { OldObjects } from "./rules/outcome/what-destroy-keeps.ts";
import { planWhatStays } from "./rules/outcome/what-stays.ts";

/** All that was found out by looking. */
export interface PlanFacts {
  readonly cluster: string;
  /** Undefined when it may not be read. */
  readonly clusterUid: string | undefined;
  readonly kubernetesVersion: string | undefined;
  readonly now: Date;
  readonly flow: FlowFinding;
  readonly record: MigrationRecord | undefined;
  /** Permissions; undefined when nobody may ask for them. */
  readonly missing: readonly Access[] | undefined;
  readonly others: OtherTridents;
  /** Of the old Trident's Deployment, while it stands. */
  readonly managers: DeploymentManagers | undefined;
  /** The cluster's DNS Service, if nothing answers behind it. */
  readonly silentDns: string | undefined;
  readonly running: RunningMigration | undefined;
  readonly objects: readonly FoundObject[];
  readonly etcdCluster: ServedObject | undefined;
  /** The etcd that this program's Trident runs on; undefined while there is none. */
  readonly runsOn: string | undefined;
  /** The image of this program's Trident; undefined while there is none. */
  readonly runningTridentImage: string | undefined;
  /** Of the stack's own etcd; undefined when their pods could not be listed. */
  readonly members: readonly AskedMember[] | undefined;
  /** Why this program's Trident, which is to serve, does not. */
  readonly tridentTrouble: string | undefined;
  /** Its Deployment. */
  readonly newTrident: V1Deployment | undefined;
  readonly claim: ClaimFacts | undefined;
  /** The old Trident's, while there is one or the record tells of it. */
  readonly old: OldObjects | undefined;
  readonly state: StateLook;
  /** Found on the way. */
  readonly blockers: readonly Blocker[];
}

/** The plan that follows from the facts. Pure: asks nothing but its arguments. */
export function judgeFacts(request: PlanRequest, facts: PlanFacts): MigrationPlan {
  const { flow, state } = facts;
  const old = flow.legacy ?? flow.putBack;
  const legacy = old === undefined ? undefined : planLegacy(old, facts, request);
  const destination = planDestination(request, destinationFacts(facts), state.source?.survey.destination);
  const certificates = plannedCertificates(request, facts);
  const objects = judgeObjects(facts.objects, request.namespace);
  const definition = judgeDefinition(facts.objects);
  const survey = (state.source ?? state.toCarryBack)?.survey;
  const steps = planSteps({
    flow: flow.refusal === undefined ? flow.flow : undefined,
    legacyDeployment: request.legacyDeployment,
    claim: legacy?.claim.name,
    isCopied: flow.isCopied === true,
    isUninstalled: old?.isUninstalled === true,
    serves: (legacy?.replicas ?? 0) > 0,
    keys: survey?.keys,
    bytes: survey?.bytes,
    ...(destination.kind === "managed"
      ? { members: { wanted: request.etcdClusterSize, ready: destination.answering ?? 0 } }
      : { hasSecrets: !isEtcdCluster(request.destination) && hasSecrets(request.destination) }),
    snapshotDirectory: request.snapshotDirectory,
  });
  const outageEstimateSeconds = outageOf(steps);
  const { needed, wished } = splitMissing(allMissing(facts.missing, facts.clusterUid) ?? []);
  const takeOver = judgeTakeOver(request, facts);
  const others = judgeOtherTridents(facts.others, flow.flow);
  const managers = judgedManagers(facts);
  const versions = judgeVersions(versionFacts(request, facts));
  const stateFound = judgeLook(request, facts);
  const etcd = judgeEtcd(request, facts);
  const recorded = judgeRecordedEtcd(recordedFacts(request, facts));
  const runningVersions = judgeRunningVersions({
    ...{ flow: flow.flow, deployment: request.legacyDeployment, tridentImage: request.tridentImage },
    ...{ etcdVersion: request.etcdVersion, size: request.etcdClusterSize, members: facts.members ?? [] },
    etcdClusterSize: etcdClusterSizeOf(facts.etcdCluster),
    etcdClusterVersion: (facts.etcdCluster?.spec as { version?: string } | undefined)?.version,
    runningTridentImage: facts.runningTridentImage,
  });
  const running = judgeRunning(facts.running, request.namespace);
  const migratedAt = finishedAt(facts.record);
  const rolledBackAt = recordedRollback(facts.record)?.finishedAt;
  return {
    flow: flow.flow,
    why: flow.why,
    serves: allServes(request, {
      ...{ flow: flow.flow, members: facts.members, record: facts.record, tridentTrouble: facts.tridentTrouble },
      ...{ clusterId: state.destination?.status.clusterId, keys: state.destinationKeys },
    }),
    namespace: request.namespace,
    cluster: facts.cluster,
    ...(facts.kubernetesVersion === undefined ? {} : { kubernetesVersion: facts.kubernetesVersion }),
    world: findWorld(facts),
    ...(legacy === undefined ? {} : { legacy }),
    ...plannedState(state),
    destination,
    steps,
    ...(outageEstimateSeconds === undefined ? {} : { outageEstimateSeconds }),
    ...(flow.flow === "migrated" && migratedAt !== undefined ? { migratedAt } : {}),
    ...(flow.flow === "rolledBack" && rolledBackAt !== undefined ? { rolledBackAt } : {}),
    objects: [
      ...takenOver(flow, request),
      ...definition.objects,
      ...objects.objects,
      ...(isServing(flow.flow) ? missingObjects(facts.objects) : []),
    ],
    certificates,
    definition: definition.definition,
    ...planWhatStays({
      ...request,
      flow: flow.flow,
      claim: legacy?.claim,
      old: facts.old,
      definition: definition.definition,
    }),
    blockers: [
      ...facts.blockers,
      ...(flow.refusal === undefined ? [] : [flow.refusal]),
      ...judgeOwners(facts.objects, request),
      ...takeOver.blockers,
      ...others.blockers,
      ...managers.blockers,
      ...judgePermissions(withoutDefinition(needed, definition), request.namespace),
      ...versions.blockers,
      ...(old === undefined || facts.claim === undefined ? [] : judgeClaim(old, facts.claim)),
      ...recorded.blockers,
      ...etcd.blockers,
      ...runningVersions.blockers,
      ...stateFound.blockers,
      ...definition.blockers,
      ...objects.blockers,
      ...running.blockers,
    ],
    risks: inOrderOfWeight([
      ...others.risks,
      ...managers.risks,
      ...risksOf("state", recorded.risks),
      ...risksOf("state", runningVersions.risks),
      ...risksOf("service", facts.tridentTrouble === undefined ? [] : [tridentDoesNotServe(facts.tridentTrouble)]),
      ...risksOf("state", takeOver.risks),
      ...risksOf("state", judgeRecord(request, flow)),
      ...etcd.risks,
      ...risksOf("state", stateFound.risks),
      ...risksOf("service", running.risks),
      ...risksOf("service", judgedCertificates(certificates, request, facts.now)),
      // What was so when it was installed, and is no different now, was told of then.
      ...(isServing(flow.flow)
        ? []
        : [
            ...risksOf("state", definition.risks),
            ...risksOf("service", versions.risks),
            ...risksOf("knowledge", facts.missing === undefined ? [cannotAskForPermissions] : []),
            ...risksOf("knowledge", wished.length === 0 ? [] : [cannotListEtcdClusters]),
          ]),
    ]),
  };
}

function plannedCertificates(request: PlanRequest, facts: PlanFacts): PlannedCertificate[] {
  const { broughtCertificates: brought } = request;
  return brought === undefined
    ? planCertificates(secretsIn(facts.objects), request)
    : planBrought(brought, request.destination.clientSecret ?? "");
}

function judgedCertificates(certificates: readonly PlannedCertificate[], request: PlanRequest, now: Date): string[] {
  const judge = request.broughtCertificates === undefined ? judgeCertificates : judgeBrought;
  return judge(certificates, request.certificateEarlyRenewalHours, now);
}

function planLegacy(legacy: LegacyTrident, { claim, state }: PlanFacts, { legacyClaim }: PlanRequest): LegacyPlan {
  const tridentVersion = versionOfImage(legacy.tridentImage)?.text;
  const etcdVersion = state.source?.status.version ?? versionOfImage(legacy.etcdImage)?.text;
  return {
    deployment: legacy.name,
    ...(legacy.isUninstalled === true ? { isUninstalled: true, triedEtcdImages: legacyClaim?.etcdImages ?? [] } : {}),
    replicas: legacy.replicas,
    tridentImage: legacy.tridentImage,
    ...(tridentVersion === undefined ? {} : { tridentVersion }),
    etcdImage: legacy.etcdImage,
    ...(etcdVersion === undefined ? {} : { etcdVersion }),
    claim: claim === undefined ? { name: legacy.claim } : planClaim(legacy, claim),
  };
}

/** Only a migration puts another Deployment in its place. */
function judgedManagers({ managers, flow: { flow, refusal } }: PlanFacts): ReturnType<typeof judgeManagers> {
  const isReplaced = (flow === "migrate" || flow === "resume") && refusal === undefined;
  return managers === undefined || !isReplaced ? { blockers: [], risks: [] } : judgeManagers(managers);
}

function plannedState({ source, toCarryBack }: StateLook): { state?: StatePlan } {
  const found = source ?? toCarryBack;
  return found === undefined ? {} : { state: planState(found) };
}

function planState({ survey, status }: NonNullable<StateLook["toCarryBack"]>): StatePlan {
  return {
    keys: survey.keys,
    counts: survey.counts,
    ...(survey.bytes === undefined ? {} : { bytes: survey.bytes }),
    ...(survey.storeVersion === undefined ? {} : { storeVersion: survey.storeVersion }),
    revision: survey.revision.toString(),
    clusterId: status.clusterId,
  };
}

function hasSecrets({ clientSecret, credentialsSecret }: ExistingEtcdAddress): boolean {
  return clientSecret !== undefined || credentialsSecret !== undefined;
}

const cannotAskForPermissions = "Which permissions there are can't be asked: what is missing shows when it is used.";

/** The cluster id of the etcd that is there: of a member that serves, or else of whoever answers. */
function clusterIdThere({ members = [], state }: PlanFacts): string | undefined {
  const serving = servingMembers(members)[0]?.view.clusterId;
  const answering = members.flatMap((each) => (each.kind === "answers" ? [each.view.clusterId] : []))[0];
  return state.destination?.status.clusterId ?? serving ?? answering;
}

function recordedFacts(request: PlanRequest, facts: PlanFacts): RecordedEtcdFacts {
  const { destination, prefix, abandonedEtcd } = request;
  const isGone = facts.etcdCluster?.metadata?.deletionTimestamp !== undefined || facts.etcdCluster === undefined;
  return {
    ...{ destination, prefix, abandonedEtcd, flow: facts.flow.flow, isCopied: facts.flow.isCopied === true },
    recorded: recordedEtcd(facts.record),
    exists: !isEtcdCluster(destination) || !isGone,
    clusterId: clusterIdThere(facts),
    keys: facts.state.destinationKeys,
  };
}

function judgeEtcd(request: PlanRequest, facts: PlanFacts): { blockers: readonly Blocker[]; risks: readonly Risk[] } {
  const { destination, existing } = request;
  const { flow } = facts.flow;
  const { recorded, clusterId, keys } = recordedFacts(request, facts);
  const another = judgeAnotherEtcd(request, { flow, runsOn: facts.runsOn, recorded, clusterId, keys });
  if (isEtcdCluster(destination)) {
    const members = judgeMembers({
      ...{ flow, address: destination, served: facts.etcdCluster, members: facts.members, recorded },
    });
    return {
      blockers: [
        ...another.blockers,
        ...members.blockers,
        ...judgeAuthorities({
          ...destination,
          brought: request.broughtCertificates,
          generated: request.generatedCertificates,
          secrets: secretsIn(facts.objects),
          hasMembers: facts.etcdCluster !== undefined,
        }),
      ],
      risks: [
        ...risksOf("state", another.risks),
        ...risksOf("state", members.risks),
        ...risksOf(
          "state",
          members.blockers.length > 0 ? [] : judgeDestination(destinationFacts(facts), flow, request.etcdClusterSize),
        ),
        ...risksOf("service", judgeClusterDns(facts.silentDns, destination.etcdCluster)),
      ],
    };
  }
  const { destinationProblems: problems = [], destinationFailure: failure } = facts.state;
  const { adoptState = false } = existing ?? {};
  const { prefix } = request;
  const found = judgeExistingEtcd({
    ...{ flow, address: destination, adoptState, problems, failure, keys, prefix },
    isInUse: isInUse(request, { flow, runsOn: facts.runsOn }),
  });
  // One that could not be asked is told of by itself.
  const hidden = problems.length > 0 || failure !== undefined;
  return {
    blockers: [...found.blockers, ...(hidden ? [] : another.blockers)],
    risks: [...risksOf("state", another.risks), ...risksOf("service", found.risks)],
  };
}

function destinationFacts({ etcdCluster, members, state }: PlanFacts) {
  return {
    served: etcdCluster,
    members,
    status: state.destination?.status,
    keys: state.destinationKeys,
    failure: state.destinationFailure,
    reached: state.destinationReached,
  };
}

function versionFacts(request: PlanRequest, { flow, kubernetesVersion, state }: PlanFacts) {
  const { legacy } = flow;
  return {
    newTridentImage: request.tridentImage,
    kubernetes: kubernetesVersion,
    ...(legacy === undefined || legacy.isUninstalled === true
      ? {}
      : {
          legacy: {
            deployment: legacy.name,
            tridentImage: legacy.tridentImage,
            etcdImage: legacy.etcdImage,
            etcdContainer: legacy.etcdContainer.name,
            etcdVersion: state.source?.status.version,
          },
        }),
  };
}

function judgeLook(request: PlanRequest, facts: PlanFacts): Findings {
  const { source, sourceFailure, destination } = facts.state;
  const { legacy, putBack } = facts.flow;
  if (putBack !== undefined) return judgeRollback(request, putBack, facts.record, facts.state);
  if (legacy === undefined) return { blockers: [], risks: [] };
  if (sourceFailure instanceof MigrationRecordInvalidError) {
    return { blockers: [recordInvalid(sourceFailure, request.record)], risks: [] };
  }
  if (sourceFailure !== undefined) return { blockers: [sourceUnreachable(legacy, sourceFailure)], risks: [] };
  const { notServing, differences } = facts.state;
  if (notServing !== undefined) return { blockers: [oldTridentNotServing(legacy, notServing)], risks: [] };
  if (legacy.isUninstalled === true) {
    return { blockers: keysInTheWay(request, facts), risks: risksOfClaim(legacy, request) };
  }
  if (source === undefined) {
    const when = "its state is looked at once it is started for the copy, and the counts of this plan are missing";
    return { blockers: [], risks: [`The old Trident's etcd does not run now: ${when}.`] };
  }
  return judgeState({
    legacy,
    prefix: request.prefix,
    survey: source.survey,
    source: etcdFacts(source),
    destination: destination && etcdFacts(destination),
    differences,
    isQuotaUnknown: !isEtcdCluster(request.destination),
    etcdv2Nodes: source.etcdv2Nodes,
  });
}

/** What the claim holds can't be compared with them before it is read: only an interrupted copy's are known for its own. */
function keysInTheWay({ prefix }: PlanRequest, { record, state }: PlanFacts): Blocker[] {
  const { destination, destinationKeys: count = 0 } = state;
  if (destination === undefined || count === 0 || hasFirstPass(record)) return [];
  return [foreignKeys(destination.description, prefix.text, { count, first: [] })];
}

function risksOfClaim({ claim }: LegacyTrident, { snapshotDirectory }: PlanRequest): string[] {
  const snapshots = snapshotDirectory === "" ? "" : `, such as those under ${snapshotDirectory}`;
  return [
    `No Trident runs that could be asked: what PersistentVolumeClaim ${claim} holds is looked at, and what it lacks is found, when it is copied.`,
    `PersistentVolumeClaim ${claim} has the state as its last Trident left it. If it was migrated once and that stack destroyed, what ` +
      `was written after that migration is not on it, but only in a snapshot of that stack's etcd${snapshots}.`,
  ];
}

function etcdFacts({ description, status: { clusterId, databaseBytes } }: Asked) {
  return { description, clusterId, databaseBytes };
}

/** The Deployment, whose name the new one takes over. */
function takenOver({ legacy, putBack, flow }: FlowFinding, { legacyDeployment }: PlanRequest): PlannedObject[] {
  if (putBack !== undefined) {
    return [{ object: `Deployment/${legacyDeployment}`, made: "by this program", becomes: routineFates.rolledBack }];
  }
  if (legacy === undefined || legacy.isUninstalled === true || (flow !== "migrate" && flow !== "resume")) return [];
  return [{ object: `Deployment/${legacy.name}`, made: "by somebody else", becomes: routineFates.movedFrom }];
}

function secretsIn(objects: readonly FoundObject[]): Map<string, ServedObject> {
  return new Map(
    objects.flatMap(({ object, served }) => {
      const [kind, name = ""] = object.split("/");
      return kind === "Secret" && served !== undefined ? [[name, served] as const] : [];
    }),
  );
}

function judgeRecord({ record }: PlanRequest, { isRecordLost }: FlowFinding): string[] {
  if (isRecordLost !== true) return [];
  return [
    `ConfigMap ${record}, the record of the migration, was deleted or emptied, and the old Deployment's manifest with it: a rollback is ` +
      `not possible any more. The old Trident's PersistentVolumeClaim stays as it is.`,
  ];
}

/** A record that can't be read has been said to be invalid elsewhere, or will be by the migration. */
function finishedAt(record: MigrationRecord | undefined): string | undefined {
  if (record?.phase !== "copied") return undefined;
  try {
    return recordedResult(record).finishedAt;
  } catch {
    return undefined;
  }
}
