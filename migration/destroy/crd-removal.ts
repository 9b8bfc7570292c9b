import { setTimeout as sleep } from "node:timers/promises";
import { listed } from "../wording/counted.ts";
import { allEtcdClustersPath } from "../kubernetes/etcd-cluster-api.ts";
import { apisOf } from "../kubernetes/cluster-apis.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isConflict, isForbidden, isNotFound, withoutFullStop } from "../kubernetes/errors.ts";
import { describeFailure } from "../wording/describe-failure.ts";
import { PassedTime } from "../lease/passed-time.ts";
import { isOurs } from "../kubernetes/ownership.ts";
import { crdName, crdPath, type ServedCrd } from "./crd.ts";

export interface CrdRemovalRequest {
  /** How long EtcdClusters that are being deleted, and then the definition, are waited for. */
  readonly timeoutSeconds: number;
  /** @default 500 */
  readonly intervalMilliseconds?: number;
  /** By which a look grows old. */
  readonly time?: PassedTime;
}

interface NamedEtcdCluster {
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly deletionTimestamp?: string };
}

/** Asked of all that a destroy may have to wait for: what is there now, and when to look again. */
type Api = Pick<ClusterClient, "requestJson">;

/**
 * Removes the definition of EtcdCluster if this program made it and no EtcdCluster is left in the whole cluster; says why it is
 * kept otherwise. Two that do so at a time remove it once: the later one finds no other's EtcdCluster any more.
 *
 * Raises ClusterUnreachableError, and ClusterRequestError for what the API server can't do.
 */
export async function removeCrdIfUnused(
  cluster: Api,
  request: CrdRemovalRequest,
  report: (line: string) => void,
): Promise<void> {
  const reason = await removeOrSayWhyNot(cluster, request).catch(unlessForbidden);
  if (reason === undefined) return;
  report(
    `CustomResourceDefinition ${crdName} is kept: ${reason}. Deleting it deletes every EtcdCluster of every ` +
      `namespace with its data. Once nothing needs it: \`kubectl delete customresourcedefinition ${crdName}\`.`,
  );
}

function unlessForbidden(error: unknown): string {
  if (!isForbidden(error)) throw error;
  return withoutFullStop(describeFailure(error));
}

/** A look at who uses the definition tells nothing any more after that, such as on a machine that slept. */
const freshMilliseconds = 20_000;

async function removeOrSayWhyNot(cluster: Api, request: CrdRemovalRequest): Promise<string | undefined> {
  const { time = new PassedTime() } = request;
  const path = crdPath(await apisOf(cluster));
  for (;;) {
    const definition = await findCrd(cluster, path);
    if (definition === undefined || !isOurs(definition)) return undefined;
    if (definition.metadata?.deletionTimestamp === undefined) {
      const reason = await reasonToKeep(cluster, request);
      if (reason !== undefined) return reason;
      const lookedAt = time.now();
      if ((await listEtcdClusters(cluster)).length > 0 || time.now() - lookedAt > freshMilliseconds) continue;
      if (!(await remove(cluster, path, definition))) continue;
    }
    await waitUntilGone(cluster, path, request);
    return undefined;
  }
}

async function findCrd(cluster: Api, path: string): Promise<ServedCrd | undefined> {
  try {
    return (await cluster.requestJson({ method: "GET", path })) as ServedCrd;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Waits for those that are being deleted anyway. */
async function reasonToKeep(cluster: Api, request: CrdRemovalRequest): Promise<string | undefined> {
  const deadline = Date.now() + request.timeoutSeconds * 1000;
  for (;;) {
    const found = await listEtcdClusters(cluster);
    if (typeof found === "string") return found;
    if (found.length === 0) return undefined;
    const isGoing = found.every(({ metadata }) => metadata?.deletionTimestamp !== undefined);
    if (!isGoing || Date.now() >= deadline) return `it is used by ${describeAll(found)}`;
    await pause(request);
  }
}

/** Or why they can't be listed. */
async function listEtcdClusters(cluster: Api): Promise<readonly NamedEtcdCluster[] | string> {
  try {
    const list = (await cluster.requestJson({ method: "GET", path: allEtcdClustersPath })) as {
      items?: NamedEtcdCluster[];
    };
    return list.items ?? [];
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error;
    return `whether an EtcdCluster of any namespace uses it can't be seen (${withoutFullStop(describeFailure(error))})`;
  }
}

const mostNamed = 10;

function describeAll(clusters: readonly NamedEtcdCluster[]): string {
  const names = clusters.map(({ metadata }) => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`).sort();
  return `EtcdCluster ${listed({ count: names.length, first: names.slice(0, mostNamed) })}`;
}

/** Answers false when it is no longer the one that was looked at: to look again is safe, to delete it is not. */
async function remove(cluster: Api, path: string, { metadata = {} }: ServedCrd): Promise<boolean> {
  const { uid, resourceVersion } = metadata;
  const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } };
  try {
    await cluster.requestJson({ method: "DELETE", path, body });
  } catch (error) {
    if (isConflict(error)) return false;
    if (!isNotFound(error)) throw error;
  }
  return true;
}

/** So that an `up` right after finds it gone, not going. Nothing is lost if that takes longer. */
async function waitUntilGone(cluster: Api, path: string, request: CrdRemovalRequest): Promise<void> {
  const deadline = Date.now() + request.timeoutSeconds * 1000;
  while (Date.now() < deadline) {
    const found = await findCrd(cluster, path);
    if (found?.metadata?.deletionTimestamp === undefined) return;
    await pause(request);
  }
}

function pause({ intervalMilliseconds = 500 }: CrdRemovalRequest): Promise<void> {
  return sleep(intervalMilliseconds);
}
