import { isServing, type MigrationPlan } from "./migration-plan.ts";
import type { PlanFacts } from "./plan-facts.ts";
import type { PlanRequest } from "./plan-request.ts";
import { secretsIn } from "./read/stack-objects.ts";
import { planCertificates, checkCertificates } from "./rules/etcd/certificates.ts";
import { checkDestination, planDestination, recordedEtcdFacts } from "./rules/etcd/destination.ts";
import { checkRecordedEtcd } from "./rules/etcd/recorded-etcd.ts";
import { checkSnapshots, planSnapshots } from "./rules/etcd/snapshots.ts";
import { blockedBy, inOrderOfWeight, nothingFound, together } from "./rules/findings.ts";
import { outageOf, planSteps, stepFacts } from "./rules/outcome/steps.ts";
import { planWhatStays } from "./rules/outcome/what-stays.ts";
import { checkCrd, crdOwner } from "./rules/etcd/crd.ts";
import { checkRestore, planRestore } from "./rules/restore/restore.ts";
import { checkGivenObjects } from "./rules/stack/given-objects.ts";
import { checkNamespace } from "./rules/namespace/namespace.ts";
import { checkOwners } from "./rules/stack/other-stack.ts";
import { checkPermissions } from "./rules/stack/permissions.ts";
import { checkPullSecrets } from "./rules/stack/pull-secrets.ts";
import { checkRecord, finishedEarlier } from "./rules/stack/record.ts";
import { checkRunningMigration } from "./rules/stack/running-migration.ts";
import { checkObjects, planObjects } from "./rules/stack/stack-objects.ts";
import { checkTakeOver, findWorld } from "./rules/stack/take-over.ts";
import { checkManagers } from "./rules/trident/deployment-managers.ts";
import {
  checkLegacy,
  checkLegacyClaim,
  formerEtcdThatStays,
  planLegacy,
  planMove,
  planState,
} from "./rules/trident/legacy.ts";
import { checkOtherTridents } from "./rules/trident/other-tridents.ts";
import { allServes, checkTrident } from "./rules/trident/serving.ts";
import { checkImages, imageFacts } from "./rules/versions/images.ts";
import { checkRunningVersions, runningFacts } from "./rules/versions/running-versions.ts";
import { checkVersions, versionFacts } from "./rules/versions/versions.ts";

/** The plan that follows from the facts. Pure: asks nothing but its arguments. */
export function planOfFacts(request: PlanRequest, facts: PlanFacts): MigrationPlan {
  const { flow, why } = facts.flow;
  const legacy = planLegacy(request, facts);
  const move = planMove(facts);
  const destination = planDestination(request, facts);
  const certificates = planCertificates(request, secretsIn(facts.objects));
  const crd = crdOwner(request, facts);
  const { apis } = facts;
  const snapshots = planSnapshots(request, facts);
  const steps = planSteps(stepFacts(request, facts, legacy));
  const outageEstimateSeconds = outageOf(steps);
  return {
    ...{ flow, why },
    serves: allServes(request, facts),
    ...{ namespace: request.namespace, cluster: facts.cluster },
    ...(facts.makesNamespace ? { makesNamespace: true } : {}),
    ...(facts.kubernetesVersion === undefined ? {} : { kubernetesVersion: facts.kubernetesVersion }),
    world: findWorld(facts),
    ...(legacy === undefined ? {} : { legacy }),
    ...move,
    ...planRestore(request, facts),
    ...(facts.formerEtcd === undefined ? {} : { formerEtcd: facts.formerEtcd }),
    ...(facts.carriedPod === undefined ? {} : { carriedPod: facts.carriedPod }),
    ...planState(facts),
    destination,
    ...(snapshots === undefined ? {} : { snapshots }),
    steps,
    ...(outageEstimateSeconds === undefined ? {} : { outageEstimateSeconds }),
    ...finishedEarlier(facts),
    objects: planObjects(request, facts),
    certificates,
    ...{ crd, apis },
    ...planWhatStays({
      ...{ ...request, apis, claim: legacy?.claim, legacy: facts.legacyObjects, crd },
      scheduled: snapshots,
      flow: move.move?.of ?? flow,
      formerEtcd: formerEtcdThatStays(facts),
    }),
    ...checkAll(request, facts, certificates),
  };
}

/** Blockers in the order in which they are to be removed, and risks by their weight. */
function checkAll(
  request: PlanRequest,
  facts: PlanFacts,
  certificates: MigrationPlan["certificates"],
): Pick<MigrationPlan, "blockers" | "risks"> {
  const { flow, objects } = facts;
  const record = checkRecord(request, facts);
  const owners = checkOwners(objects, request);
  const takeOver = checkTakeOver(request, facts);
  const others = checkOtherTridents(facts.others, flow.flow);
  const managers = checkManagers(facts.managers, flow);
  const permissions = checkPermissions(request, facts);
  const versions = checkVersions(versionFacts(request, facts));
  const claim = checkLegacyClaim(facts);
  const recorded = checkRecordedEtcd(recordedEtcdFacts(request, facts));
  const etcd = checkDestination(request, facts);
  const restore = checkRestore(request, facts);
  const runningVersions = checkRunningVersions(runningFacts(request, facts));
  const trident = checkTrident(facts);
  const legacy = checkLegacy(request, facts);
  const crd = checkCrd(objects);
  const images = checkImages(imageFacts(request, facts));
  const foreign = checkObjects(objects, request.namespace);
  const pull = checkPullSecrets(request, facts);
  const given = checkGivenObjects(facts.given, request.namespace);
  const namespace = checkNamespace(request, facts);
  const running = checkRunningMigration(facts.running, request.namespace);
  const snapshots = checkSnapshots(request, facts);
  const ending = checkCertificates(certificates, request, facts.now);
  const found = blockedBy(...facts.blockers);
  const refused = flow.refusal === undefined ? nothingFound : blockedBy(flow.refusal);
  const { blockers } = together(
    ...[
      found,
      record,
      refused,
      owners,
      takeOver,
      others,
      managers,
      permissions,
      versions,
      claim,
      recorded,
      etcd,
      restore,
    ],
    ...[runningVersions, legacy, images, crd, given, foreign, pull, namespace, snapshots],
    ...[running],
  );
  const { risks } = together(
    ...[
      claim,
      others,
      managers,
      recorded,
      runningVersions,
      images,
      trident,
      takeOver,
      record,
      etcd,
      restore,
      snapshots,
      legacy,
      namespace,
      running,
      ending,
    ],
    // What was so when it was installed, and is no different now, was told of then.
    ...(isServing(flow.flow) ? [] : [crd, given, versions, permissions]),
  );
  return { blockers, risks: inOrderOfWeight(risks) };
}
