import type { V1Deployment, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { isEtcdCluster } from "../connect/describe-address.ts";
import { connectToCluster } from "../kubernetes/cluster-client.ts";
import { isForbidden } from "../kubernetes/errors.ts";
import type { AskedMember } from "../members/asked-member.ts";
import { clusterUidPath } from "../kubernetes/own-cluster.ts";
import { classifyDeployment, type DeploymentFinding, type LegacyTrident } from "../trident/legacy/legacy-trident.ts";
import { MigrationRecordInvalidError, type MigrationRecord } from "../record/migration-record.ts";
import { claimFinding } from "../trident/legacy/uninstalled-trident.ts";
import { isBlockedBy, type Blocker } from "../blockers/blocker.ts";
import { recordInvalid } from "../blockers/legacy-blockers.ts";
import { etcdOf } from "./rules/etcd/another-etcd.ts";
import { flowBeside } from "./flow/beside-tridents.ts";
import { findClaim, type ClaimFacts } from "./rules/trident/claim.ts";
import { findSilentDns } from "./rules/etcd/cluster-dns.ts";
import type { Access } from "./read/cluster-reader.ts";
import { findManagers, type DeploymentManagers } from "./rules/trident/deployment-managers.ts";
import { decideFlow } from "./flow/flow.ts";
import type { FlowFinding } from "./flow/flow-finding.ts";
import { judgeFacts } from "./plan-of-facts.ts";
import { lookAtState, lookAtStateToCarryBack } from "./read/state/read-state.ts";
import { isServing, type MigrationPlan } from "./migration-plan.ts";
import { missingPermissions, neededPermissions } from "./rules/stack/permissions.ts";
import { findOldObjects } from "./read/legacy-objects.ts";
import { findOtherTridents } from "./rules/trident/other-tridents.ts";
import { planEnvironment, type PlanEnvironment } from "./read/plan-environment.ts";
import type { PlanRequest } from "./plan-request.ts";
import { findRunningMigration } from "./rules/stack/running-migration.ts";
import { findStackObjects, stackObjects } from "./rules/stack/stack-objects.ts";

/** As a rule it takes one to three; a cluster that is this slow is not one to begin on. */
const limitSeconds = 60;

/**
 * What a run with these settings is going to do on this cluster, and all that keeps it from it. Only looks, for at most
 * a minute. A preview and an up call it alike, before anything is registered.
 *
 * Raises ClusterUnreachableError, PreflightTimeoutError, and ClusterRequestError for what the API server refuses.
 */
export async function gatherPlan(request: PlanRequest): Promise<MigrationPlan> {
  const cluster = connectToCluster(request.cluster, { requestTimeoutMilliseconds: 10_000 });
  return within(limitOf(request), cluster.description, (step) =>
    planFrom(planEnvironment(cluster, request), request, step),
  );
}

/** A pod to look through takes the time of its start. */
function limitOf({ existing }: PlanRequest): number {
  return existing?.mayMakePods === true ? limitSeconds + existing.timeoutSeconds : limitSeconds;
}

/** Told what is being done, for the message in case it takes too long. */
export type Step = (doing: string) => void;

/** The same on whatever answers what is asked. */
export async function planFrom(
  environment: PlanEnvironment,
  request: PlanRequest,
  step: Step = () => undefined,
): Promise<MigrationPlan> {
  const { reader } = environment;
  step("reaching the cluster");
  const missingNamespace = await namespaceBlocker(environment);
  step("looking for Trident and asking for permissions");
  const [version, kubeSystem, missing, others, silentDns, running, objects, found] = await Promise.all([
    reader.read("/version"),
    reader.read(clusterUidPath),
    askForPermissions(environment, request),
    findOtherTridents(reader, request),
    findSilentDns(reader),
    findRunningMigration(reader, request),
    missingNamespace === undefined ? findStackObjects(reader, stackObjects(request)) : [],
    missingNamespace === undefined
      ? findTrident(environment, request)
      : flowBySettings(request, `there is no namespace ${request.namespace}`),
  ]);
  const { flow, record } = found;
  const etcdCluster = objects.find(({ object }) => object.startsWith("EtcdCluster/"))?.served;
  const isExisting = !isEtcdCluster(request.destination);
  step("reading the embedded etcd and the new one");
  const hasTrident = isServing(flow.flow);
  const [claim, old, state, members, tridentTrouble] = await Promise.all([
    findClaimOf(environment, flow),
    findOldObjects(reader, request, found.standing ?? flow.putBack ?? flow.legacy, record),
    flow.putBack === undefined
      ? lookAtState(environment, request, { ...flow, etcdCluster, isExisting, record })
      : lookAtStateToCarryBack(environment, request),
    missingNamespace === undefined ? askMembers(environment) : [],
    hasTrident ? environment.findTridentTrouble() : undefined,
  ]);
  const plan = judgeFacts(request, {
    cluster: environment.cluster,
    clusterUid: kubeSystem?.metadata?.uid,
    kubernetesVersion: version?.gitVersion as string | undefined,
    now: new Date(),
    flow,
    record,
    missing,
    others,
    managers: found.managers,
    silentDns,
    running,
    objects,
    etcdCluster,
    members,
    tridentTrouble,
    runsOn: found.runsOn,
    runningTridentImage: found.newTrident && tridentImageOf(found.newTrident),
    newTrident: found.newTrident,
    claim,
    old,
    state,
    blockers: [...(missingNamespace === undefined ? [] : [missingNamespace]), ...found.blockers],
  });
  // A refusal that the reviews did not foretell: the flow can't be told, and nobody is told why.
  const refusal = reader.refusalOf(deploymentPath(request)) ?? reader.refusalOf(claimsPath(request.namespace));
  if (refusal !== undefined && !plan.blockers.some(({ kind }) => kind === "missingPermissions")) throw refusal;
  return plan;
}

function claimsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
}

function deploymentPath({ namespace, legacyDeployment }: PlanRequest): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments/${legacyDeployment}`;
}

async function namespaceBlocker(environment: PlanEnvironment): Promise<Blocker | undefined> {
  try {
    await environment.checkNamespace();
    return undefined;
  } catch (error) {
    if (isBlockedBy(error, "namespaceMissing")) return error.blocker;
    throw error;
  }
}

async function askForPermissions(environment: PlanEnvironment, request: PlanRequest): Promise<Access[] | undefined> {
  try {
    return await missingPermissions(environment.reader, neededPermissions(request));
  } catch (error) {
    // Nobody may ask: what is missing shows when it is used.
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

interface FoundTrident {
  readonly flow: FlowFinding;
  readonly record: MigrationRecord | undefined;
  /** The etcd that this program's Trident runs on. */
  readonly runsOn?: string | undefined;
  /** The Deployment of this program's Trident. */
  readonly newTrident?: V1Deployment | undefined;
  readonly blockers: readonly Blocker[];
  /** The old Trident, if it stands. */
  readonly standing?: LegacyTrident;
  /** Of the old Trident. */
  readonly managers?: DeploymentManagers;
}

async function findTrident(environment: PlanEnvironment, request: PlanRequest): Promise<FoundTrident> {
  const path = deploymentPath(request);
  const deployment = (await environment.reader.read(path)) as V1Deployment | undefined;
  if (environment.reader.refusalOf(path) !== undefined) {
    return flowBySettings(request, `Deployment ${request.legacyDeployment} can't be read`);
  }
  const finding: DeploymentFinding =
    deployment === undefined
      ? await findClaimAlone(environment, request)
      : classifyDeployment(deployment, request.legacyEtcdContainer);
  const standing =
    deployment === undefined || finding.kind !== "legacy"
      ? {}
      : { standing: finding.legacy, managers: await findManagers(environment.reader, deployment) };
  const decide = (record: MigrationRecord | undefined): FlowFinding => decideFlow(request, finding, record);
  try {
    const record = await findRecord(environment);
    const newTrident = finding.kind === "ours" ? deployment : undefined;
    return {
      flow: (await flowBeside(environment, request, finding, record)) ?? decide(record),
      record,
      runsOn: newTrident && etcdOf(newTrident),
      newTrident,
      blockers: [],
      ...standing,
    };
  } catch (error) {
    if (!(error instanceof MigrationRecordInvalidError)) throw error;
    return {
      flow: request.rollback ? { flow: "rollback", why: "setting rollback is true" } : decide(undefined),
      record: undefined,
      blockers: [recordInvalid(error, request.record)],
      ...standing,
    };
  }
}

/** Without a Deployment: the state that an uninstalled Trident may have left. After a migration its claim is no more than a relic. */
async function findClaimAlone({ reader }: PlanEnvironment, request: PlanRequest): Promise<DeploymentFinding> {
  const { namespace, legacyClaim, rollback } = request;
  if (legacyClaim === undefined || rollback) return { kind: "absent" };
  const claims = (await reader.list(claimsPath(namespace))) as readonly V1PersistentVolumeClaim[] | undefined;
  return claimFinding(request, legacyClaim.claim, claims ?? []);
}

function tridentImageOf(deployment: V1Deployment): string | undefined {
  return deployment.spec?.template.spec?.containers.find(({ name }) => name === "trident-main")?.image;
}

/** Undefined when their pods may not be listed, which is among the permissions that are asked for. */
async function askMembers(environment: PlanEnvironment): Promise<readonly AskedMember[] | undefined> {
  try {
    return await environment.askMembers();
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

async function findClaimOf({ reader }: PlanEnvironment, flow: FlowFinding): Promise<ClaimFacts | undefined> {
  const legacy = flow.legacy ?? flow.putBack;
  return legacy === undefined ? undefined : findClaim(reader, legacy);
}

async function findRecord(environment: PlanEnvironment): Promise<MigrationRecord | undefined> {
  try {
    return await environment.findRecord();
  } catch (error) {
    // Among the permissions that are asked for.
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

function flowBySettings({ migrate, rollback }: PlanRequest, why: string): FoundTrident {
  if (rollback)
    return { flow: { flow: "rollback", why: `setting rollback is true; ${why}` }, record: undefined, blockers: [] };
  const flow = migrate ? "migrate" : "install";
  return { flow: { flow, why: `setting migrate is ${migrate}; ${why}` }, record: undefined, blockers: [] };
}

/** The checks took too long. */
export class PreflightTimeoutError extends Error {
  override readonly name = "PreflightTimeoutError";

  constructor(cluster: string, seconds: number, step: string) {
    super(
      `The checks before the start took longer than ${seconds} s on cluster ${cluster} (while ${step}). See that its API ` +
        `server and the Trident pod answer swiftly, and try again.`,
    );
  }
}

async function within<T>(seconds: number, cluster: string, work: (step: Step) => Promise<T>): Promise<T> {
  let doing = "starting";
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new PreflightTimeoutError(cluster, seconds, doing));
  }, seconds * 1000);
  const working = work((next) => {
    doing = next;
  });
  try {
    return await Promise.race([working, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
