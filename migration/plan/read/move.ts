import type { V1Deployment, V1PodSpec } from "@kubernetes/client-node";
import { etcdAddress, isClientUrlOf, type ExistingAddress, type GivenAddress } from "../../connect/etcd-address.ts";
import { isForbidden } from "../../kubernetes/errors.ts";
import type { MigrationRecord } from "../../record/migration-record.ts";
import type { DeploymentFinding } from "../../trident/legacy/legacy-trident.ts";
import { classifyMoved, savedDeployment } from "../../trident/moving/moved-trident.ts";
import { etcdUrlOf } from "../../trident/new/etcd-url.ts";
import type { PlanRequest } from "../plan-request.ts";
import type { PlanEnvironment } from "./plan-environment.ts";

/** What there is of a move of Trident from one etcd to another. */
export interface MoveRead {
  /** Its part of the record; also that of an earlier move. */
  readonly record?: MigrationRecord | undefined;
  /** What stands, as the move sees it, where one is asked for. */
  readonly finding?: DeploymentFinding;
  /** The etcd that Trident is moved from, or was. */
  readonly source?: GivenAddress;
}

/** @param deployment this program's, if it stands. */
export async function readMove(
  environment: PlanEnvironment,
  request: PlanRequest,
  deployment: V1Deployment | undefined,
): Promise<MoveRead> {
  const record = await environment.findMoveRecord().catch(undefinedIfForbidden);
  if (request.movedFromEtcd === undefined || deployment === undefined) return { record };
  // Once a run has stopped it, what it was before tells where it is moved from, whatever it names now.
  const saved = record?.phase === "stopped" ? savedDeployment(record) : undefined;
  const onSource = saved ?? (isOnDestination(request, deployment) ? savedDeployment(record) : deployment);
  const source = onSource && (await formerEtcd(environment, request, onSource));
  if (source === undefined) return { record };
  const finding = classifyMoved(deployment, { source: etcdAddress(source), destination: request.destination }, record);
  return { record, source, finding };
}

function isOnDestination({ destination }: PlanRequest, deployment: V1Deployment): boolean {
  return isClientUrlOf(destination, etcdUrlOf(deployment.spec?.template.spec) ?? "");
}

/** As Trident's Deployment names it, with the Secrets by which Trident, or this program, uses it. */
async function formerEtcd(
  { reader }: PlanEnvironment,
  { namespace, ownEtcd, destination, images }: PlanRequest,
  deployment: V1Deployment,
): Promise<GivenAddress | undefined> {
  const pod = deployment.spec?.template.spec;
  const url = etcdUrlOf(pod);
  if (url === undefined) return undefined;
  const clientSecret = mountedSecret(pod);
  if (ownEtcd !== undefined && clientSecret !== undefined) {
    const own = { namespace, etcdCluster: ownEtcd, clientSecret };
    if (isClientUrlOf(etcdAddress(own), url)) return own;
  }
  // Secrets of one etcd have names alike, whatever they end with.
  const credentialsSecret = (clientSecret ?? "etcd-client-tls").replace("-tls", "-credentials");
  const credentials = await reader.read(`/api/v1/namespaces/${namespace}/secrets/${credentialsSecret}`);
  return {
    ...{ namespace, endpoints: [url] },
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(credentials === undefined ? {} : { credentialsSecret }),
    ...gatewayOf(destination, images?.etcd),
  };
}

/** It is reached as the other one is, if that is to be reached at all. */
function gatewayOf(
  destination: PlanRequest["destination"],
  etcdImage: string | undefined,
): Pick<ExistingAddress, "reach" | "gatewayImage" | "gatewayPod"> {
  if (destination.kind === "managed") return etcdImage === undefined ? {} : { gatewayImage: etcdImage };
  const { reach, gatewayImage, gatewayPod } = destination;
  return {
    ...(reach === undefined ? {} : { reach }),
    ...(gatewayImage === undefined ? {} : { gatewayImage }),
    ...(gatewayPod === undefined ? {} : { gatewayPod }),
  };
}

/** Of the certificate for its etcd. */
function mountedSecret(pod: V1PodSpec | undefined): string | undefined {
  const at = pod?.containers
    .flatMap(({ volumeMounts = [] }) => volumeMounts)
    .find(({ mountPath }) => mountPath === "/root/certs");
  return pod?.volumes?.find(({ name }) => name === at?.name)?.secret?.secretName;
}

function undefinedIfForbidden(error: unknown): undefined {
  // Among the permissions that are asked for.
  if (!isForbidden(error)) throw error;
  return undefined;
}
