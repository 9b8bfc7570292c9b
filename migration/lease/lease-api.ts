import { CoordinationV1Api, createConfiguration, ServerConfiguration, type V1Lease } from "@kubernetes/client-node";
import { boundedHttp } from "../kubernetes/connections/bounded-http.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { isConflict, isNotFound } from "../kubernetes/errors.ts";
import type { LeasePlace } from "./lease-place.ts";

/** One Lease. What was changed by somebody else in between is not written: `conflict`. */
export interface LeaseApi extends LeasePlace {
  /** Undefined when there is none. */
  read(): Promise<V1Lease | undefined>;
  create(lease: V1Lease): Promise<V1Lease | "conflict">;
  /** On the condition that it has the resourceVersion still that it carries. */
  replace(lease: V1Lease): Promise<V1Lease | "conflict">;
  remove(lease: V1Lease): Promise<void>;
}

/** Less than the time that a renewal has until the Lease is over. */
const requestTimeoutMilliseconds = 10_000;

export function leaseApi(cluster: ClusterClient, place: LeasePlace): LeaseApi {
  const { namespace, name } = place;
  const server = cluster.configuration.getCurrentCluster()?.server ?? "";
  const api = new CoordinationV1Api(
    createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: cluster.configuration },
      httpApi: boundedHttp(cluster.description, requestTimeoutMilliseconds).library,
    }),
  );
  return {
    ...place,
    read: async () => {
      try {
        return await api.readNamespacedLease({ namespace, name });
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    create: (body) => orConflict(api.createNamespacedLease({ namespace, body })),
    replace: (body) => orConflict(api.replaceNamespacedLease({ namespace, name, body })),
    remove: async ({ metadata }) => {
      const preconditions = {
        ...(metadata?.uid === undefined ? {} : { uid: metadata.uid }),
        ...(metadata?.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
      };
      await api.deleteNamespacedLease({ namespace, name, body: { preconditions } });
    },
  };
}

// A Lease that was deleted in between can't be replaced either.
async function orConflict(call: Promise<V1Lease>): Promise<V1Lease | "conflict"> {
  try {
    return await call;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return "conflict";
    throw error;
  }
}
